namespace Lutra.Raft;

/// <summary>All that one node's consensus core can say to another's, on one page. Encoded by the peer protocol.</summary>
public abstract record Message(NodeId From, NodeId To, Term Term);

/// <summary>Would you vote for me in <see cref="Message.Term"/> (my next term)? Changes nothing on the voter (pitfall E06).</summary>
public sealed record PreVoteRequest(NodeId From, NodeId To, Term Term, LogPosition LastEntry) : Message(From, To, Term);

/// <summary>A grant echoes the request's term; a refusal carries the voter's own.</summary>
public sealed record PreVoteReply(NodeId From, NodeId To, Term Term, bool Granted) : Message(From, To, Term);

/// <summary>Vote for me. <see cref="Transfer"/>: the old leader asked for this election, so stickiness does not hold (pitfall E09).</summary>
public sealed record VoteRequest(NodeId From, NodeId To, Term Term, LogPosition LastEntry, bool Transfer) : Message(From, To, Term);

public sealed record VoteReply(NodeId From, NodeId To, Term Term, bool Granted) : Message(From, To, Term);

/// <summary>
/// Entries that follow <see cref="Previous"/> (none: a probe, or the carrier of a new commit index). <see cref="Round"/> numbers the
/// leader's latest confirmation round; the reply echoes it.
/// </summary>
public sealed record AppendRequest(
    NodeId From, NodeId To, Term Term, LogPosition Previous, ReadOnlyMemory<Entry> Entries, LogIndex Commit, ulong Round)
    : Message(From, To, Term);

/// <summary>The log up to <see cref="Matched"/> is on the follower's disk and equals the leader's.</summary>
public sealed record AppendAccepted(NodeId From, NodeId To, Term Term, LogIndex Matched, ulong Round) : Message(From, To, Term);

/// <summary>
/// The follower does not hold <see cref="Previous"/>. <see cref="Hint"/> is where to look next: the follower's last entry when its log is
/// short, else the term in conflict and its first index (pitfall L08).
/// </summary>
public sealed record AppendRejected(NodeId From, NodeId To, Term Term, LogIndex Previous, LogPosition Hint, ulong Round)
    : Message(From, To, Term);

/// <summary>I lead. <see cref="Commit"/> is never above what the receiver is known to hold (pitfall L04).</summary>
public sealed record Heartbeat(NodeId From, NodeId To, Term Term, LogIndex Commit, ulong Round) : Message(From, To, Term);

public sealed record HeartbeatReply(NodeId From, NodeId To, Term Term, ulong Round) : Message(From, To, Term);

/// <summary>
/// The receiver is too far behind for the log: the state at <see cref="Position"/> is on its way beside these messages (the driver
/// streams it). Answered by <see cref="AppendAccepted"/> once it is durably installed, or at once where it is not needed.
/// </summary>
public sealed record SnapshotOffer(NodeId From, NodeId To, Term Term, LogPosition Position, Configuration Configuration)
    : Message(From, To, Term);

/// <summary>Campaign now. Void unless the receiver is in this term and its last entry is <see cref="LastIndex"/> (pitfall E17).</summary>
public sealed record TimeoutNow(NodeId From, NodeId To, Term Term, LogIndex LastIndex) : Message(From, To, Term);

/// <summary>A follower asks for a read index on behalf of its own read <see cref="Read"/>.</summary>
public sealed record ReadIndexRequest(NodeId From, NodeId To, Term Term, ulong Read) : Message(From, To, Term);

/// <summary>The read index, or null: refused, ask again.</summary>
public sealed record ReadIndexReply(NodeId From, NodeId To, Term Term, ulong Read, LogIndex? Index) : Message(From, To, Term);
