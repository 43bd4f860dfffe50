namespace Lutra.Raft;

/// <summary>
/// One replica's consensus core: inputs in, <see cref="Output"/> out, nothing else. Called by one thread at a time; the same inputs
/// and the same seed give the same outputs.
/// </summary>
public sealed class RaftNode
{
    /// <param name="random">The stream from which election timeouts are drawn; each node has its own (pitfall E14).</param>
    public RaftNode(NodeId id, RaftOptions options, Recovered recovered, Random random) => throw new NotImplementedException();

    public NodeId Id => throw new NotImplementedException();

    public RaftStatus Status => throw new NotImplementedException();

    /// <summary>One unit of time has passed.</summary>
    public void Tick() => throw new NotImplementedException();

    /// <summary>A peer said something. Messages of nodes outside the configuration are judged by Raft's own rules (pitfall M08).</summary>
    public void Receive(Message message) => throw new NotImplementedException();

    /// <summary>Appends a command, if this node leads.</summary>
    public ProposeResult Propose(ReadOnlyMemory<byte> command) => throw new NotImplementedException();

    /// <summary>
    /// Changes the members by joint consensus: the leader appends the joint configuration, and the final one by itself once that is
    /// committed. <paramref name="target"/> is the final set of members (no <see cref="MemberRole.Leaving"/>). A change that keeps the
    /// set of voters (addresses, learners, binding a NodeId to a learner) is one entry without a joint phase.
    /// </summary>
    public ProposeResult ProposeConfiguration(IReadOnlyList<Member> target) => throw new NotImplementedException();

    /// <summary>Asks for a read index; <paramref name="read"/> is unique for this node's lifetime. Answered in <see cref="Output.Reads"/>.</summary>
    public void RequestRead(ulong read) => throw new NotImplementedException();

    /// <summary>Hands leadership to <paramref name="target"/>, or to the most advanced voter when null. False: not leader, not a voter, self, or one is under way.</summary>
    public bool TransferLeadership(NodeId? target) => throw new NotImplementedException();

    /// <summary>
    /// Campaigns at the next tick as if the election timeout had passed: a voter alone in its configuration, or after
    /// <see cref="PeerDied"/>.
    /// </summary>
    public void Campaign() => throw new NotImplementedException();

    /// <summary>The connection to <paramref name="peer"/> closed and a new one was refused: its process is gone. If it led, campaign at once;
    /// the wait of pitfall E09 is over for requests of others, too.</summary>
    public void PeerDied(NodeId peer) => throw new NotImplementedException();

    /// <summary>The hard state of an earlier output is durable.</summary>
    public void HardStatePersisted(HardState hardState) => throw new NotImplementedException();

    /// <summary>The log is durable up to this position; void if the log no longer holds that term there (pitfall L10).</summary>
    public void LogPersisted(LogPosition upTo) => throw new NotImplementedException();

    /// <summary>The state machine contains everything up to <paramref name="upTo"/>.</summary>
    public void Applied(LogIndex upTo) => throw new NotImplementedException();

    /// <summary>Entries read back for <see cref="EntriesWanted"/>; empty when the log no longer has them.</summary>
    public void EntriesFetched(NodeId follower, LogIndex first, IReadOnlyList<Entry> entries) => throw new NotImplementedException();

    /// <summary>The durable log was cut: it now starts just after <paramref name="start"/>.</summary>
    public void LogCut(LogPosition start) => throw new NotImplementedException();

    /// <summary>A state at <paramref name="position"/> is on its way to <paramref name="follower"/>; sends the offer.</summary>
    public void SnapshotStarted(NodeId follower, LogPosition position, Configuration configuration) => throw new NotImplementedException();

    /// <summary>The stream to <paramref name="follower"/> broke off: probe it again.</summary>
    public void SnapshotFailed(NodeId follower) => throw new NotImplementedException();

    /// <summary>
    /// The offered state is durable. The log keeps what follows <paramref name="position"/> if it holds that position, else it is
    /// dropped whole (pitfall S01); the driver does the same to its log on disk.
    /// </summary>
    public void SnapshotInstalled(LogPosition position, Configuration configuration) => throw new NotImplementedException();

    /// <summary>What the driver owes since the last call. Take it after every batch of inputs until it is empty.</summary>
    public Output TakeOutput() => throw new NotImplementedException();
}
