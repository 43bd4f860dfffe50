namespace Lutra.Raft;

/// <summary>The one node that appends in its term and copies its log to all others (Raft paper, sections 5.3, 5.4, 6 and 8).</summary>
internal sealed class Leader : Role
{
    /// <summary>A learner that lacks at most so many entries has caught up (pitfall M10).</summary>
    public const int CaughtUpEntriesMax = 1024;

    private readonly RaftLog log;
    private readonly RaftOptions options;
    private readonly Followers followers;
    private readonly Replicator replicator;
    private readonly LeaderReads reads;

    private Transfer? transfer;
    private LogIndex firstOfTerm;
    private long uncommittedBytes;
    private int ticksSinceHeartbeat;

    public Leader(Replica replica)
        : base(replica)
    {
        log = replica.Log;
        options = replica.Options;
        followers = new Followers(replica.Id);
        replicator = new Replicator(replica);
        reads = new LeaderReads(options.PendingReadsMax);
    }

    public override RoleName Name => RoleName.Leader;

    public override NodeId? KnownLeader => Replica.Id;

    /// <summary>It is one, until it has not heard a quorum for an election timeout.</summary>
    public override bool HearsLeader => true;

    public bool IsTransferring => transfer is not null;

    /// <summary>An entry of its own term is committed: only then does it know what else is (pitfalls R01, M01).</summary>
    public bool HasCommittedInTerm => Replica.Commit >= firstOfTerm;

    /// <summary>The first entry of the term lets everything before it be committed (pitfall L02).</summary>
    public void Begin()
    {
        CountUncommitted();
        FollowConfiguration();
        firstOfTerm = Append(EntryKind.Empty, default).Index;
    }

    public override void Tick()
    {
        var now = Replica.NowTick;
        if (now - followers.HeardFromQuorumAtTick(now) >= options.ElectionTicks)
        {
            // Check-quorum (pitfall E11).
            Marks.CheckQuorumStepsDown.Hit();
            StepDown();
            return;
        }

        if (transfer?.IsOver(now, options.ElectionTicks) == true)
        {
            Marks.TransferGivenUp.Hit();
            EndTransfer();
            if (Replica.Role != this)
                return;
        }

        var isBeat = ++ticksSinceHeartbeat >= options.HeartbeatTicks;
        if (isBeat)
            ticksSinceHeartbeat = 0;
        foreach (var follower in followers.All)
        {
            replicator.Tick(follower, reads.Round);
            if (isBeat)
                follower.Beat();
        }
    }

    public override ProposeResult Propose(ReadOnlyMemory<byte> command)
    {
        if (transfer is not null)
        {
            Marks.ProposedWhileTransferring.Hit();
            return Refuse(ProposeOutcome.Transferring);
        }
        if (command.Length > options.EntryBytesMax)
            return Refuse(ProposeOutcome.TooLarge);
        if (uncommittedBytes > 0 && uncommittedBytes + Entry.OverheadBytes + command.Length > options.UncommittedBytesMax)
        {
            Marks.ProposalOverloaded.Hit();
            return Refuse(ProposeOutcome.Overloaded);
        }
        return new ProposeResult(ProposeOutcome.Appended, Append(EntryKind.Command, command), Replica.Id);
    }

    /// <summary>
    /// One change at a time, counting inherited ones, and none before an entry of this term is committed (pitfalls M01, M02).
    /// </summary>
    public override ProposeResult ProposeConfiguration(IReadOnlyList<Member> target)
    {
        var current = Replica.Configuration;
        if (transfer is not null)
            return Refuse(ProposeOutcome.Transferring);
        if (!HasCommittedInTerm || Replica.Configurations.ActiveIndex > Replica.Commit || current.IsJoint)
        {
            Marks.ConfigurationChangePending.Hit();
            return Refuse(ProposeOutcome.ConfigurationPending);
        }
        if (ConfigurationChange.Forbidden(current, target, IsCaughtUp, IsLive) is { } reason)
            return Refuse(ProposeOutcome.ConfigurationInvalid, reason);
        var next = ConfigurationChange.FirstStep(current, new Configuration(target, []));
        if (ConfigurationRules.Broken(next.Members, next.OutgoingVoters) is { } broken)
            return Refuse(ProposeOutcome.ConfigurationInvalid, broken);
        return new ProposeResult(ProposeOutcome.Appended, AppendConfiguration(next), Replica.Id);
    }

    public override void RequestRead(ulong read)
    {
        if (!reads.TryAdd(new WaitingRead(Replica.Id, read)))
        {
            Marks.LeaderReadsFull.Hit();
            Replica.Output.Reads.Add(new ReadAnswer(read, null));
        }
    }

    public override bool TransferLeadership(NodeId? target)
    {
        if (transfer is not null)
            return false;
        target ??= Transfer.BestTarget(Replica.Configuration, followers.All, Replica.NowTick - options.ElectionTicks);
        if (target is not { } chosen || !Replica.Configuration.Voters.Contains(chosen) || followers.Find(chosen) is null)
            return false;
        transfer = new Transfer(chosen, Replica.NowTick);
        ContinueTransfer();
        return true;
    }

    public override void GiveUpLeadership() => StepDown();

    /// <summary>What was on its way to a dead process is lost: ask where it is once it is back.</summary>
    public override void OnPeerDied(NodeId peer)
    {
        if (followers.Find(peer) is { State: ProgressState.Replicate } follower)
            follower.BecomeProbe();
        if (transfer?.Target == peer)
            EndTransfer();
    }

    public override void OnLogPersisted() => AdvanceCommit();

    public override void OnSnapshotInstalled(LogPosition position)
    {
        CountUncommitted();
        ContinueChange();
    }

    public override void OnEntriesFetched(NodeId follower, LogIndex first, IReadOnlyList<Entry> entries)
    {
        if (followers.Find(follower) is { } progress)
            replicator.OnFetched(progress, first, entries, reads.Round);
    }

    public override void OnSnapshotStarted(NodeId follower, LogPosition position, Configuration configuration)
    {
        if (followers.Find(follower) is not { } progress)
            return;
        Invariant.Holds(position.Index <= Replica.Commit, "A state holds only what is committed.");
        if (position.Index < log.Start.Index)
        {
            Marks.SnapshotOvertakenByCut.Hit();
            // The log was cut beyond it: what follows on this state is no longer to be had.
            OnSnapshotFailed(follower);
            return;
        }

        progress.SnapshotStarted(position.Index, Replica.NowTick);
        Replica.Send(new SnapshotOffer(Replica.Id, follower, Replica.Term, position, configuration));
    }

    public override void OnSnapshotFailed(NodeId follower)
    {
        if (followers.Find(follower) is not { State: ProgressState.Snapshot } progress)
            return;
        progress.BecomeProbe();
        progress.Pause();
    }

    /// <summary>Reads that gathered begin their round with the messages that now go out, hence after they arrived (pitfall R02).</summary>
    public override void Flush()
    {
        Marks.ReadWaitsForFirstCommitOfTerm.HitIf(reads.HasGathered && !HasCommittedInTerm);
        if (reads.HasGathered && HasCommittedInTerm)
        {
            reads.StartRound(Replica.Commit);
            foreach (var follower in followers.All)
                follower.HeartbeatDue |= Replica.Configuration.IsVoter(follower.Node);
            AnswerConfirmedReads();
        }

        foreach (var follower in followers.All)
            replicator.Send(follower, reads.Round);
    }

    /// <summary>A read is refused rather than forgotten (pitfall R01).</summary>
    public override void Leave()
    {
        foreach (var read in reads.TakeAll())
        {
            Marks.ReadsRefusedOnLeaving.Hit();
            Answer(read, null);
        }
    }

    public override IReadOnlyList<FollowerStatus> DescribeFollowers()
    {
        var described = new List<FollowerStatus>(followers.All.Count);
        foreach (var follower in followers.All)
            described.Add(new FollowerStatus(follower.Node, follower.Matched, follower.Next, follower.State.ToString(), IsLive(follower.Node)));
        return described;
    }

    /// <summary>Another leader of this term: two cannot be (pitfall E15), and this throws.</summary>
    protected override void OnLeaderSpeaks(Message message) => Replica.NoteLeader(message.From);

    protected override void OnAppendAccepted(AppendAccepted accepted)
    {
        if (Hear(accepted, accepted.Round) is not { } follower)
            return;
        if (follower.Accepted(accepted.Matched))
            AdvanceCommit();
        if (Replica.Role == this)
            ContinueTransfer();
    }

    /// <summary>Goes back to the last place where the two logs may agree, a whole term at a time (pitfall L08).</summary>
    protected override void OnAppendRejected(AppendRejected rejected)
    {
        if (Hear(rejected, rejected.Round) is not { } follower)
            return;
        follower.Rejected(rejected.Previous, ConflictSearch.Next(log.Terms, rejected.Previous, rejected.Hint));
    }

    protected override void OnHeartbeatReply(HeartbeatReply reply) => Hear(reply, reply.Round);

    protected override void OnReadIndexRequest(ReadIndexRequest request)
    {
        var read = new WaitingRead(request.From, request.Read);
        if (!reads.TryAdd(read))
            Answer(read, null);
    }

    private Progress? Hear(Message message, ulong round)
    {
        if (followers.Find(message.From) is not { } follower)
            return null;
        Marks.RoundOfAnotherTime.HitIf(round > reads.Round);
        follower.Heard(Replica.NowTick, round <= reads.Round ? round : 0);
        if (reads.IsWaiting)
            AnswerConfirmedReads();
        return follower;
    }

    private void AnswerConfirmedReads()
    {
        var confirmed = followers.RoundOfQuorum(reads.Round);
        while (reads.TakeConfirmed(confirmed) is { } round)
        {
            foreach (var read in round.Reads)
                Answer(read, round.Index);
        }
    }

    private void Answer(WaitingRead read, LogIndex? index)
    {
        if (read.Origin == Replica.Id)
            Replica.Output.Reads.Add(new ReadAnswer(read.Read, index));
        else
            Replica.Send(new ReadIndexReply(Replica.Id, read.Origin, Replica.Term, read.Read, index));
    }

    /// <summary>Commits what a quorum holds, and only by counting an entry of its own term (Raft paper, section 5.4.2; pitfall L01).</summary>
    private void AdvanceCommit()
    {
        var index = followers.MatchedByQuorum(log.Durable);
        if (index <= Replica.Commit)
            return;
        if (log.TermAt(index) != Replica.Term)
        {
            Marks.MajorityOfOlderTermNotCounted.Hit();
            return;
        }

        for (var committed = Replica.Commit.Next; committed <= index; committed = committed.Next)
            uncommittedBytes -= log[committed].SizeBytes;
        Replica.CommitTo(index);
        ContinueChange();
    }

    /// <summary>
    /// Once the configuration is committed: leaves the joint phase (pitfall M04), or, where this leader is no longer a voter, hands over
    /// (pitfall M07). A hand-over under way goes first, because it needs the log to stand still.
    /// </summary>
    private void ContinueChange()
    {
        if (!HasCommittedInTerm || Replica.Configurations.ActiveIndex > Replica.Commit || transfer is not null)
            return;
        if (Replica.Configuration.IsJoint)
        {
            Marks.JointLeft.Hit();
            AppendConfiguration(ConfigurationChange.LeaveJoint(Replica.Configuration));
        }
        else if (!Replica.Configuration.Voters.Contains(Replica.Id) && !TransferLeadership(null))
            StepDown();
    }

    private void ContinueTransfer()
    {
        if (transfer is not { IsSent: false } under || followers.Find(under.Target) is not { } target || target.Matched != log.Last.Index)
            return;
        Marks.TransferSent.Hit();
        under.Sent(Replica.NowTick);
        Flush();
        Replica.Send(new TimeoutNow(Replica.Id, under.Target, Replica.Term, log.Last.Index));
        if (IsRemoved)
            StepDown();
    }

    private void EndTransfer()
    {
        transfer = null;
        if (IsRemoved)
            StepDown();
        else
            ContinueChange();
    }

    /// <summary>The configuration without this node as a voter is committed.</summary>
    private bool IsRemoved => Replica.Configurations.ActiveIndex <= Replica.Commit && !Replica.Configuration.IsVoter(Replica.Id);

    private void StepDown() => Replica.BecomeFollower(Replica.Term, leader: null);

    private LogPosition Append(EntryKind kind, ReadOnlyMemory<byte> payload)
    {
        var entry = new Entry(log.Last.Index.Next, Replica.Term, kind, payload);
        Replica.Append(entry);
        uncommittedBytes += entry.SizeBytes;
        return entry.Position;
    }

    private LogPosition AppendConfiguration(Configuration configuration)
    {
        var position = Append(EntryKind.Configuration, configuration.Encode());
        FollowConfiguration();
        return position;
    }

    private void FollowConfiguration() => followers.Reconfigure(Replica.Configuration, Meet);

    private Progress Meet(NodeId node) =>
        new(node, log.Last.Index.Next, new InflightWindow(options.InflightAppendsMax, options.InflightBytesMax), Replica.NowTick);

    private bool IsLive(NodeId node) =>
        node == Replica.Id || (followers.Find(node) is { } follower && Replica.NowTick - follower.HeardAtTick < options.ElectionTicks);

    private bool IsCaughtUp(NodeId node) =>
        followers.Find(node) is { State: ProgressState.Replicate } follower
        && IsLive(node)
        && log.Last.Index.Value - follower.Matched.Value <= CaughtUpEntriesMax;

    private void CountUncommitted()
    {
        uncommittedBytes = 0;
        for (var index = Replica.Commit.Next; index <= log.Last.Index; index = index.Next)
            uncommittedBytes += log[index].SizeBytes;
    }

    private ProposeResult Refuse(ProposeOutcome outcome, string? reason = null) => new(outcome, default, Replica.Id, reason);
}
