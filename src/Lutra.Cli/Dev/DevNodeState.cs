namespace Lutra.Cli.Dev;

/// <summary>A node and what it last said of itself; null: it does not answer.</summary>
internal sealed record DevNodeState(DevNode Node, bool IsCut, NodeStatus? Status)
{
    /// <summary>What makes it worth telling anew.</summary>
    public string Sense => $"{Node.IsRunning} {IsCut} {Status?.Role} {Status?.Term} {Status?.Health}";

    public override string ToString()
    {
        var place = $"node {Node.Number}  {Node.Address}  ";
        var health = IsCut ? $"CUT OFF (heal {Node.Number})" : Status?.Health;
        return !Node.IsRunning ? $"{place}stopped (start {Node.Number}){(IsCut ? "  CUT OFF" : "")}"
            : Status is null ? $"{place}starting{(IsCut ? "  CUT OFF" : "")}"
            : $"{place}{Status.Role,-12}  term {Status.Term,-4} applied {Status.AppliedIndex,-7} {health}";
    }
}
