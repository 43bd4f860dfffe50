namespace Lutra.Raft;

public enum RoleName
{
    Follower,
    PreCandidate,
    Candidate,
    Leader,
    Learner,
}

/// <summary>A copy of what one core knows, for people and for the driver.</summary>
/// <param name="IsTransferring">Leader only: leadership is being handed over.</param>
/// <param name="CommittedInTerm">Leader only: an entry of its own term is committed, so reads and changes of members may go on.</param>
public sealed record RaftStatus(
    NodeId Id, RoleName Role, Term Term, NodeId? Vote, NodeId? Leader, LogPosition Last, LogIndex Commit, LogIndex Applied,
    Configuration Configuration, LogIndex ConfigurationIndex, bool IsTransferring, bool CommittedInTerm, IReadOnlyList<FollowerStatus> Followers);

/// <summary>A leader's view of one follower.</summary>
public sealed record FollowerStatus(NodeId Node, LogIndex Matched, LogIndex Next, string State, bool RecentlyActive);
