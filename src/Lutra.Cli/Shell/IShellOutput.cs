namespace Lutra.Cli.Shell;

/// <summary>Where a shell's answers go; from any thread.</summary>
internal interface IShellOutput
{
    void Say(string line);

    /// <summary>What went wrong, without "Error:" before it.</summary>
    void Complain(string message);
}
