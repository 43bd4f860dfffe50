namespace Lutra.Cli.Dev;

/// <summary>Under a pipe: a line whenever a node's role, term or health changed.</summary>
internal sealed class DevLines : IDevScreen
{
    private readonly Lock gate = new();
    private readonly Dictionary<int, string> said = [];

    public void Show(string line)
    {
        lock (gate)
            Console.Out.WriteLine(line);
    }

    public void Show(IReadOnlyList<DevNodeState> states)
    {
        foreach (var state in states)
        {
            var sense = $"{state.Node.IsRunning} {state.Status?.Role} {state.Status?.Term} {state.Status?.Health}";
            if (said.GetValueOrDefault(state.Node.Number) == sense)
                continue;
            said[state.Node.Number] = sense;
            Show(state.ToString());
        }
    }

    public string? ReadLine() => Console.In.ReadLine();

    public void Dispose()
    {
    }
}
