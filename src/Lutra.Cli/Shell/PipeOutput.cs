namespace Lutra.Cli.Shell;

/// <summary>Answers on standard output, complaints on standard error.</summary>
internal sealed class PipeOutput : IShellOutput
{
    private readonly Lock gate = new();

    public void Say(string line)
    {
        lock (gate)
            Console.Out.WriteLine(line);
    }

    public void Complain(string line)
    {
        lock (gate)
            Console.Error.WriteLine(line);
    }
}
