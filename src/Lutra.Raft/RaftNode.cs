namespace Lutra.Raft;

/// <summary>
/// One replica's consensus core: inputs in, <see cref="Output"/> out, nothing else. Called by one thread at a time; the same inputs
/// and the same seed give the same outputs. Messages that break a rule of their own are ignored; where peers or disk contradict what
/// is committed, the call throws <see cref="InvariantBrokenException"/>, and the node must stop.
/// </summary>
public sealed class RaftNode
{
    private readonly Replica replica;

    /// <param name="random">The stream from which election timeouts are drawn; each node has its own (pitfall E14).</param>
    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    /// <exception cref="InvariantBrokenException">What was recovered contradicts itself.</exception>
    /// <exception cref="FormatException">A recovered configuration entry does not hold one.</exception>
    public RaftNode(NodeId id, RaftOptions options, Recovered recovered, Random random)
    {
        options.Validate();
        Invariant.Holds(id.Value != 0, "A node's id is never 0.");
        replica = new Replica(id, options, recovered, random);
    }

    public NodeId Id => replica.Id;

    public Term Term => replica.Term;

    public RoleName Role => replica.Role.Name;

    /// <summary>Who leads, as far as this node knows.</summary>
    public NodeId? Leader => replica.Role.KnownLeader;

    /// <summary>Elections that this node stood for since it was made; pre-votes are not counted.</summary>
    public long Campaigns => replica.Campaigns;

    /// <summary>Everything up to here is committed, as far as this node knows.</summary>
    public LogIndex Commit => replica.Commit;

    /// <summary>The log is durable here up to this index.</summary>
    public LogIndex Durable => replica.Log.Durable;

    /// <summary>The end of the log, durable or not.</summary>
    public LogPosition Last => replica.Log.Last;

    /// <summary>Leads, and is handing leadership over.</summary>
    public bool IsTransferring => replica.Role is Leader { IsTransferring: true };

    /// <summary>Leads, and an entry of its own term is committed: reads and changes of members may go on.</summary>
    public bool CommittedInTerm => replica.Role is Leader { HasCommittedInTerm: true };

    /// <summary>The configuration in force; the same object as long as it is.</summary>
    public Configuration Configuration => replica.Configuration;

    /// <summary>Where in the log it stands, committed or not; for one that came with a state, the index of that state.</summary>
    public LogIndex ConfigurationIndex => replica.Configurations.ActiveIndex;

    /// <summary>
    /// Whether <paramref name="node"/>, which is no member now, was one after <paramref name="index"/>; true, too, where this process has not seen the log from there on.
    /// </summary>
    public bool MayHaveBeenMemberSince(NodeId node, LogIndex index) => replica.Configurations.MayHaveBeenMemberSince(node, index);

    /// <summary>Whether this process has seen the node among the members, now or before; what was truncated since does not count.</summary>
    public bool WasSeenAsMember(NodeId node) => replica.Configurations.WasSeenAsMember(node);

    /// <summary>The log as this core holds it, for whoever checks it from outside.</summary>
    internal RaftLog Log => replica.Log;

    /// <summary>Everything at once. Made anew at each call: what a loop asks for often has a property of its own.</summary>
    public RaftStatus Status
    {
        get
        {
            return new RaftStatus(
                replica.Id,
                replica.Role.Name,
                replica.Term,
                replica.Vote,
                replica.Role.KnownLeader,
                replica.Log.Last,
                replica.Commit,
                replica.Log.Applied,
                replica.Configuration,
                replica.Configurations.ActiveIndex,
                IsTransferring,
                CommittedInTerm,
                replica.Role.DescribeFollowers());
        }
    }

    /// <summary>One unit of time has passed.</summary>
    public void Tick() => replica.Tick();

    /// <summary>A peer said something. Messages of nodes outside the configuration are judged by Raft's own rules (pitfall M08).</summary>
    public void Receive(Message message) => replica.Receive(message);

    /// <summary>Appends a command, if this node leads.</summary>
    public ProposeResult Propose(ReadOnlyMemory<byte> command) => replica.Role.Propose(command);

    /// <summary>
    /// Changes the members by joint consensus: the leader appends the joint configuration, and the final one by itself once that is
    /// committed. <paramref name="target"/> is the final set of members (no <see cref="MemberRole.Leaving"/>). A change that keeps the
    /// set of voters (addresses, learners, binding a NodeId to a learner) is one entry without a joint phase. A new voter must have been
    /// a learner that has caught up (pitfall M10), and a majority of the final voters must be answering (pitfall M13).
    /// </summary>
    public ProposeResult ProposeConfiguration(IReadOnlyList<Member> target) => replica.Role.ProposeConfiguration(target);

    /// <summary>Asks for a read index; <paramref name="read"/> is unique for this node's lifetime. Answered in <see cref="Output.Reads"/>.</summary>
    public void RequestRead(ulong read) => replica.Role.RequestRead(read);

    /// <summary>Hands leadership to <paramref name="target"/>, or to the most advanced voter when null. False: not leader, not a voter, self, or one is under way.</summary>
    public bool TransferLeadership(NodeId? target) => replica.Role.TransferLeadership(target);

    /// <summary>
    /// Leads no more, whoever comes next: for a driver whose disk does not answer (pitfall D10). Reads that wait are refused. Nothing on a node that does not
    /// lead.
    /// </summary>
    public void GiveUpLeadership() => replica.Role.GiveUpLeadership();

    /// <summary>
    /// Campaigns at the next tick as if the election timeout had passed: for a voter that is alone in its configuration, or whose
    /// driver knows that no leader will be heard. Void if a leader is heard before that tick, on a leader, and on a node that is no voter.
    /// </summary>
    public void Campaign() => replica.CampaignRequested = replica.Role is not Raft.Leader && replica.MayCampaign;

    /// <summary>The connection to <paramref name="peer"/> closed and a new one was refused: its process is gone. If it led, campaign at once;
    /// the wait of pitfall E09 is over for requests of others, too.</summary>
    public void PeerDied(NodeId peer) => replica.Role.OnPeerDied(peer);

    /// <summary>The hard state of an earlier output is durable.</summary>
    public void HardStatePersisted(HardState hardState) => replica.HardStatePersisted(hardState);

    /// <summary>The log is durable up to this position; void if the log no longer holds that term there (pitfall L10).</summary>
    public void LogPersisted(LogPosition upTo) => replica.LogPersisted(upTo);

    /// <summary>The state machine contains everything up to <paramref name="upTo"/>.</summary>
    public void Applied(LogIndex upTo) => replica.Applied(upTo);

    /// <summary>Entries read back for <see cref="EntriesWanted"/>; empty when the log no longer has them.</summary>
    public void EntriesFetched(NodeId follower, LogIndex first, IReadOnlyList<Entry> entries) =>
        replica.Role.OnEntriesFetched(follower, first, entries);

    /// <summary>The durable log was cut: it now starts just after <paramref name="start"/>.</summary>
    public void LogCut(LogPosition start) => replica.Log.CutTo(start);

    /// <summary>A state at <paramref name="position"/> is on its way to <paramref name="follower"/>; sends the offer.</summary>
    public void SnapshotStarted(NodeId follower, LogPosition position, Configuration configuration) =>
        replica.Role.OnSnapshotStarted(follower, position, configuration);

    /// <summary>The stream to <paramref name="follower"/> broke off: probe it again.</summary>
    public void SnapshotFailed(NodeId follower) => replica.Role.OnSnapshotFailed(follower);

    /// <summary>
    /// The offered state is durable. The log keeps what follows <paramref name="position"/> if it holds that position, else it is
    /// dropped whole (pitfall S01); the driver does the same to its log on disk.
    /// </summary>
    public void SnapshotInstalled(LogPosition position, Configuration configuration) => replica.SnapshotInstalled(position, configuration);

    /// <summary>
    /// What the driver owes since the last call. Take it after every batch of inputs until it is empty. It belongs to the driver from
    /// then on: one that is not empty is never touched or handed out again.
    /// </summary>
    public Output TakeOutput() => replica.TakeOutput();
}
