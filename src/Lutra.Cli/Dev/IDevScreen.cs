namespace Lutra.Cli.Dev;

/// <summary>A node and what it last said of itself; null: it does not answer.</summary>
internal sealed record DevNodeState(DevNode Node, NodeStatus? Status)
{
    public override string ToString() =>
        !Node.IsRunning ? $"node {Node.Number}  {Node.Address}  stopped (start {Node.Number})"
        : Status is null ? $"node {Node.Number}  {Node.Address}  starting"
        : $"node {Node.Number}  {Node.Address}  {Status.Role,-12}  term {Status.Term,-4}  applied {Status.AppliedIndex,-8}  {Status.Health}";
}

/// <summary>Where <c>lutra dev</c> shows itself: a terminal, or lines in a pipe.</summary>
internal interface IDevScreen : IDisposable
{
    /// <summary>A line among the others.</summary>
    void Show(string line);

    /// <summary>How the nodes are now.</summary>
    void Show(IReadOnlyList<DevNodeState> states);

    /// <summary>The next command; null where there is no more input.</summary>
    string? ReadLine();
}
