using Lutra.Cli.Shell;

namespace Lutra.Cli.Tests.Shell;

/// <summary>What a shell said.</summary>
internal sealed class Lines : IShellOutput
{
    private readonly Lock gate = new();
    private readonly List<string> all = [];

    public string[] All
    {
        get
        {
            lock (gate)
                return [.. all];
        }
    }

    public void Say(string line)
    {
        lock (gate)
            all.Add(line);
    }

    public void Complain(string line) => Say(line);
}
