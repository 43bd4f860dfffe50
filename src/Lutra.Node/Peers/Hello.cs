using Lutra.Raft;

namespace Lutra.Node.Peers;

/// <summary>Whether a node belongs to a cluster yet.</summary>
public enum FormationStage : byte
{
    /// <summary>Belongs to none.</summary>
    Fresh = 1,

    /// <summary>Stored a draft of a cluster that has not begun.</summary>
    Drafted = 2,

    /// <summary>Belongs to a cluster for good.</summary>
    Begun = 3,

    /// <summary>Belongs to a cluster of its own in which nothing was ever done: it gives way to another that takes it in.</summary>
    Alone = 4,
}

/// <summary>
/// The first frame each way on a peer connection. Nothing else is read before it was checked (pitfall N01): protocol, cluster name, cluster id, and
/// that each end is who the other takes it for.
/// </summary>
/// <param name="ProtocolMin">The oldest peer protocol this build speaks.</param>
/// <param name="ProtocolMax">The newest; both ends use the highest that both speak.</param>
/// <param name="Cluster">Null until the node's cluster has begun.</param>
/// <param name="Expected">The node that the dialler means to reach; null where it only knows an address, and in the answer.</param>
/// <param name="LabelGiven">The label was chosen by a person, not the default.</param>
/// <param name="Boots">How often this data folder was started: never goes back, unless its disk did (pitfall D11).</param>
/// <param name="Listed">While not begun: the addresses that this node was given, as they were given; for telling people how two lists differ.</param>
/// <param name="ConfigurationIndex">
/// Up to here in the log the node knows who the members are: of two nodes that see a member differently, the one with the higher is right.
/// </param>
public sealed record Hello(
    ushort ProtocolMin, ushort ProtocolMax, string ClusterName, ClusterId? Cluster, NodeId Node, NodeId? Expected, string Label, bool LabelGiven,
    ulong Boots, string PeerAddress, string ClientAddress, FormationStage Stage, IReadOnlyList<string> Listed, LogIndex ConfigurationIndex)
{
    /// <summary>The state that the node began with: 0 an empty one, else the name of that which it was restored from.</summary>
    public UInt128 BaseState { get; init; }

    /// <summary>It belongs to a cluster, which <see cref="Cluster"/> names.</summary>
    public bool HasBegun => Stage is FormationStage.Begun or FormationStage.Alone;

    /// <summary>It can be taken into a cluster: it belongs to none, or gives its own up, and has no state to begin with.</summary>
    public bool CanBeTakenIn => (Stage is FormationStage.Fresh or FormationStage.Alone) && BaseState == 0;

    /// <summary>Drawn by each process: two that run one folder, or an older copy of it, may count the same starts and differ in this.</summary>
    public ulong Run { get; init; }

    /// <summary>What the folder held when it was opened.</summary>
    public OpenedLog Opened { get; init; }
}

/// <summary>
/// What a node's disk knew at its start, for peers that remember what it had promised before (pitfall D11). A node that has not begun knows nothing: zeros.
/// </summary>
/// <param name="Term">The durable term.</param>
/// <param name="Last">The last entry of its log.</param>
public readonly record struct OpenedLog(Term Term, LogIndex Last);
