namespace Lutra.Cli.Shell;

/// <summary>Where a shell's answers go; from any thread.</summary>
internal interface IShellOutput
{
    void Say(string line);

    /// <summary>What went wrong.</summary>
    void Complain(string line);
}
