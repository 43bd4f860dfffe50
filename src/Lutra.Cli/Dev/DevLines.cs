using Lutra.Cli.Shell;

namespace Lutra.Cli.Dev;

/// <summary>Under a pipe: a line whenever a node's role, term or health changed.</summary>
internal sealed class DevLines(IShellOutput output) : IDevScreen
{
    private readonly Dictionary<int, string> said = [];

    public void Show(IReadOnlyList<DevNodeState> states)
    {
        foreach (var state in states)
        {
            if (said.GetValueOrDefault(state.Node.Number) == state.Sense)
                continue;
            said[state.Node.Number] = state.Sense;
            output.Say(state.ToString());
        }
    }

    public void Dispose()
    {
    }
}
