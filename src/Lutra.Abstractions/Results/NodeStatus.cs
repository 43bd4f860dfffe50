using System.Collections.Immutable;

namespace Lutra;

/// <summary>What a node does just now.</summary>
public enum NodeRole
{
    /// <summary>Waiting for the other listed nodes, so that the cluster can be created.</summary>
    Waiting,
    Follower,
    PreCandidate,
    Candidate,
    Leader,
    Learner,
}

/// <summary>One node's view of itself and the cluster.</summary>
/// <param name="Label">The node's label, as given by <c>--id</c>.</param>
/// <param name="Node">The random identity of the node's data folder, in hexadecimal.</param>
/// <param name="Cluster">The random identity of the cluster, in hexadecimal; null while there is none.</param>
/// <param name="LeaderLabel">The label of the leader, where one is known.</param>
/// <param name="Waiting">Where <paramref name="Role"/> is <see cref="NodeRole.Waiting"/>: for whom and why, in plain words, a line each.</param>
/// <param name="Health">"ok", or what is wrong, in plain words.</param>
public sealed record NodeStatus(
    string Label, string Node, string? Cluster, string ClusterName, NodeRole Role, ulong Term, string? LeaderLabel, string? LeaderAddress,
    ulong CommitIndex, ulong AppliedIndex, ulong LastIndex, Revision Revision, Revision CompactRevision, int Members, string Version,
    string Health, ImmutableArray<string> Waiting)
{
    /// <summary>The disk has no room: writes are refused, reads go on.</summary>
    public bool OutOfSpace { get; init; }

    /// <summary>The alarms that were raised by hand, as this node knows them: by kind, then by member.</summary>
    public ImmutableArray<Alarm> Alarms { get; init; } = [];
}

/// <summary>A member as clients see it.</summary>
public sealed record ClusterMember(
    string Id, string Label, string PeerAddress, string ClientAddress, bool IsLearner, bool HasStarted, bool IsLeader)
{
    /// <summary>Of a learner: how it comes to vote; null for a voter.</summary>
    public MemberPromotion? Promotion { get; init; }

    /// <summary>The id of the member that goes when this one becomes a voter; null: none does.</summary>
    public string? Replaces { get; init; }
}

public sealed record MemberList(string Cluster, ImmutableArray<ClusterMember> Members);
