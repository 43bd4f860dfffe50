namespace Lutra.Simulation.Cluster;

/// <summary>What was done to the cluster and what became of it, in order: for the report of a failure.</summary>
/// <param name="Node">The label of the node that it concerns; empty: more than one.</param>
public sealed record TimelineEntry(TimeSpan At, string Node, string What)
{
    public override string ToString() => Node.Length == 0 ? $"{At:mm\\:ss\\.ffffff}      {What}" : $"{At:mm\\:ss\\.ffffff} {Node,4} {What}";
}
