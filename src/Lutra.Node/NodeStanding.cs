namespace Lutra;

/// <summary>Who a node is in its cluster and who leads it, as its loop last saw it. Reading it asks nobody.</summary>
/// <param name="Cluster">128 random bits, drawn when the cluster was created.</param>
/// <param name="Member">The node's member id; 0: its cluster does not list it.</param>
/// <param name="LeaderMember">The leader's member id; 0: no leader is known.</param>
public sealed record NodeStanding(UInt128 Cluster, ulong Member, ulong Term, NodeRole Role, ulong LeaderMember)
{
    /// <summary>Where no leader is known: since when, on the node's monotonic clock.</summary>
    internal long LeaderlessSinceMillis { get; init; }
}
