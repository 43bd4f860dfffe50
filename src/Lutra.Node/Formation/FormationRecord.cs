using Lutra.Raft;

namespace Lutra.Node.Formation;

/// <summary>Whether a node belongs to a cluster, as its disk knows it. It only ever moves on: fresh, drafts with rising ballots, begun.</summary>
internal abstract record FormationRecord;

/// <summary>Belongs to no cluster and has promised nothing.</summary>
internal sealed record Fresh : FormationRecord
{
    public static readonly Fresh Record = new();
}

/// <summary>
/// Stored a draft that is not known to have begun. That is also the promise of freshness to it: whatever older draft was stored before is given
/// up for good, and a word that the older one has begun no longer counts, unless it comes from a member of this draft (which has then not
/// stored this draft and never will, so that this one cannot begin).
/// </summary>
internal sealed record Drafted(Draft Draft) : FormationRecord;

/// <summary>Belongs to a cluster for good.</summary>
/// <param name="Draft">What the cluster was created from: the configuration before the log's first entry.</param>
/// <param name="JoinedAt">
/// Up to here in the log the cluster's configurations say nothing about this node: at this index it was told that it is a member. 0 where it was there from
/// the beginning.
/// </param>
/// <param name="DiscardsData">
/// It gave up a cluster of its own for this one: what the folder holds of that one is deleted before anything is opened.
/// </param>
internal sealed record Begun(Draft Draft, LogIndex JoinedAt = default, bool DiscardsData = false) : FormationRecord;

/// <summary>Orders drafts: a node stores a draft only over one with a lower ballot. The drafter breaks ties.</summary>
internal readonly record struct Ballot(ulong Number, NodeId Drafter) : IComparable<Ballot>
{
    public int CompareTo(Ballot other) => (Number, Drafter).CompareTo((other.Number, other.Drafter));

    public static bool operator <(Ballot left, Ballot right) => left.CompareTo(right) < 0;

    public static bool operator >(Ballot left, Ballot right) => left.CompareTo(right) > 0;

    public static bool operator <=(Ballot left, Ballot right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Ballot left, Ballot right) => left.CompareTo(right) >= 0;
}

/// <summary>A cluster as one node proposes it: what becomes the initial configuration of Raft, once all its members have stored it.</summary>
/// <param name="Configuration">Voters only, each bound to its NodeId; not joint.</param>
internal sealed record Draft(Ballot Ballot, ClusterId Cluster, Configuration Configuration)
{
    /// <summary>The most nodes that create a cluster together. Far beyond what is of use; bounds records and messages.</summary>
    public const int MembersMax = 64;

    /// <summary>A drafter makes one draft for a ballot, so ballot and cluster id say which draft it is.</summary>
    public bool Equals(Draft? other) => other is not null && Ballot == other.Ballot && Cluster == other.Cluster;

    public override int GetHashCode() => HashCode.Combine(Ballot.Number, Ballot.Drafter, Cluster);

    public Member? MemberOf(NodeId node) => Configuration.MemberOf(node);

    public Member? MemberCalled(string label) => Configuration.Members.FirstOrDefault(member => member.Label == label);
}
