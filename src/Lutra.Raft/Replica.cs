namespace Lutra.Raft;

/// <summary>
/// What a node has in every role, and the ways from one role to another. Each way checks what must hold for it; nothing else changes
/// the role, the term, the vote or the commit index.
/// </summary>
internal sealed class Replica
{
    private readonly Outbox outbox;
    private readonly Output nothing = new();

    // The last index handed out to be applied.
    private LogIndex handedOut;

    public Replica(NodeId id, RaftOptions options, Recovered recovered, Random random)
    {
        Id = id;
        Options = options;
        Term = recovered.HardState.Term;
        Vote = recovered.HardState.Vote;
        outbox = new Outbox(recovered.HardState);
        Log = new RaftLog(recovered, options.WindowBytes);
        Invariant.Holds(Log.Last.Term <= Term, "The durable term is at least that of the last entry.");
        Commit = recovered.Applied.Index;
        handedOut = Commit;
        Configurations = new ConfigurationHistory(Commit, recovered.Configuration);
        foreach (var entry in recovered.Tail)
            NoteConfiguration(entry);
        Timer = new ElectionTimer(options.ElectionTicks, random);
        Role = MakeFollowing(new Following(this, leader: null));
    }

    public NodeId Id { get; }

    public RaftOptions Options { get; }

    public RaftLog Log { get; }

    public ConfigurationHistory Configurations { get; }

    public ElectionTimer Timer { get; }

    /// <summary>What has gathered for the next <see cref="TakeOutput"/>.</summary>
    public Output Output { get; private set; } = new();

    public Role Role { get; private set; }

    public Term Term { get; private set; }

    public NodeId? Vote { get; private set; }

    public LogIndex Commit { get; private set; }

    /// <summary>Who was heard leading this term: there is never another (pitfall E15).</summary>
    public NodeId? LeaderOfTerm { get; private set; }

    /// <summary>Ticks since this node was made.</summary>
    public long NowTick { get; private set; }

    /// <summary>Elections that this node stood for since it was made.</summary>
    public long Campaigns { get; private set; }

    public bool CampaignRequested { get; set; }

    public Configuration Configuration => Configurations.Active;

    /// <summary>Whether this node is a voter in a configuration that may be the one that counts (pitfall M08).</summary>
    public bool MayCampaign => Configurations.MayBeVoter(Id);

    /// <summary>Whether the vote for itself in this term is on this node's own disk (pitfall E02).</summary>
    public bool OwnVoteIsDurable => Vote == Id && outbox.Durable.Covers(new HardState(Term, Id));

    public void Tick()
    {
        NowTick++;
        Role.Tick();
    }

    public void Receive(Message message)
    {
        if (!MessageRules.IsSound(message, Id))
        {
            Marks.MessageUnsound.Hit();
            return;
        }
        if (message.Term > Term ? TermRules.Admits(this, message) : !TermRules.IsPast(this, message))
            Role.Receive(message);
    }

    public void Send(Message message) => outbox.Send(message, Output.MessagesToSend);

    /// <summary>Gives up whatever role it was; <paramref name="leader"/> leads <paramref name="term"/>, where that is known.</summary>
    public void BecomeFollower(Term term, NodeId? leader)
    {
        Invariant.Holds(term >= Term, "Terms never fall.");
        Role.Leave();
        if (term > Term)
            EnterTerm(term, vote: null);
        if (Role is Leader)
        {
            Marks.LeaderBecomesFollower.Hit();
            Timer.Redraw();
        }
        if (leader is { } known)
            NoteLeader(known);
        Role = MakeFollowing(new Following(this, leader));
    }

    /// <summary>Asks whether a campaign would succeed, before disturbing anyone by one (Raft thesis, section 9.6).</summary>
    public void BecomePreCandidate(bool isFirstAttempt)
    {
        Invariant.Holds(MayCampaign, "Only a voter campaigns.");
        Invariant.Holds(Role is not Leader, "A leader does not campaign.");
        Role.Leave();
        Timer.Redraw();
        CampaignRequested = false;
        var candidate = new PreCandidate(this, isFirstAttempt);
        Role = candidate;
        candidate.Begin();
    }

    /// <summary>Enters a new term and votes for itself. <paramref name="transfer"/>: the leader asked for it.</summary>
    public void BecomeCandidate(bool transfer)
    {
        Invariant.Holds(MayCampaign, "Only a voter campaigns.");
        Invariant.Holds(Role is PreCandidate || transfer, "A campaign follows a pre-vote, unless the leader asked for it.");
        Role.Leave();
        Timer.Redraw();
        CampaignRequested = false;
        EnterTerm(Term.Next, vote: Id);
        Campaigns++;
        var candidate = new Candidate(this, transfer);
        Role = candidate;
        candidate.Begin();
    }

    public void BecomeLeader(VoteTally votes)
    {
        Invariant.Holds(Role is Candidate, "Only a candidate becomes leader.");
        Invariant.Holds(votes.IsWon(Configuration), "Only a quorum makes a leader.");
        Invariant.Holds(OwnVoteIsDurable, "A candidate votes for itself, durably.");
        Role.Leave();
        NoteLeader(Id);
        var leader = new Leader(this);
        Role = leader;
        leader.Begin();
    }

    /// <summary>Follows a change of the configuration: whoever may campaign is a follower, else a learner, of the same leader.</summary>
    public void FollowOrLearn(Following following)
    {
        if (Role is FollowingRole && Role is Follower != MayCampaign)
        {
            Marks.FollowerBecomesLearnerOrBack.Hit();
            Role = MakeFollowing(following);
        }
    }

    /// <summary>Gives the vote of this term to <paramref name="candidate"/>.</summary>
    public void GrantVote(NodeId candidate)
    {
        Invariant.Holds(Vote is null || Vote == candidate, "One vote a term.");
        Vote = candidate;
        outbox.Change(new HardState(Term, Vote));
        Timer.Reset();
    }

    /// <summary><paramref name="leader"/> spoke as the leader of this term.</summary>
    public void NoteLeader(NodeId leader)
    {
        if (LeaderOfTerm is { } known && known != leader)
            throw new InvariantBrokenException($"Both {known} and {leader} lead in term {Term}: there is one leader in a term.");
        LeaderOfTerm = leader;
    }

    public void Append(in Entry entry)
    {
        Log.Append(entry);
        NoteConfiguration(entry);
    }

    /// <summary>Another leader's log says otherwise from <paramref name="first"/> on.</summary>
    public void TruncateFrom(LogIndex first)
    {
        if (first <= Commit)
        {
            throw new InvariantBrokenException(
                $"The leader of term {Term} contradicts entry {first}, but everything up to {Commit} is committed here. One of the two has lost data.");
        }

        Marks.LogTruncated.Hit();
        Log.TruncateFrom(first);
        Marks.ConfigurationRolledBack.HitIf(Configurations.TruncateFrom(first));
    }

    public void CommitTo(LogIndex index)
    {
        Invariant.Holds(index <= Log.Last.Index, "Only what is in the log is committed.");
        if (index <= Commit)
            return;
        Commit = index;
        Configurations.Commit(index);
    }

    public void HardStatePersisted(HardState hardState)
    {
        outbox.Persisted(hardState, Output.MessagesToSend);
        Role.OnHardStatePersisted();
    }

    public void LogPersisted(LogPosition upTo)
    {
        if (Log.Persisted(upTo))
            Role.OnLogPersisted();
    }

    public void Applied(LogIndex upTo)
    {
        Invariant.Holds(upTo <= handedOut, "Only what was handed out is applied.");
        if (upTo > Log.Applied)
            Log.MarkApplied(upTo);
    }

    public void SnapshotInstalled(LogPosition position, Configuration configuration)
    {
        if (position.Index <= Log.Applied)
        {
            Marks.SnapshotNoLongerNewer.Hit();
            return;
        }
        var keepsSuffix = Log.Holds(position);
        Invariant.Holds(keepsSuffix || position.Index > Commit, "A state never contradicts what is committed here.");
        Invariant.Holds(keepsSuffix || Role is not Leader, "A leader holds everything that is committed.");
        Marks.SnapshotInstalledOverLongerLog.HitIf(Log.Last.Index > position.Index && !keepsSuffix);
        Marks.SnapshotInstalledBelowKeptSuffix.HitIf(keepsSuffix);
        Marks.SnapshotInstalledOverShorterLog.HitIf(Log.Last.Index < position.Index);
        Log.InstallSnapshot(position);
        Configurations.InstallSnapshot(position.Index, configuration, keepsSuffix);
        CommitTo(position.Index);
        if (handedOut < position.Index)
            handedOut = position.Index;
        Role.OnSnapshotInstalled(position);
    }

    public Output TakeOutput()
    {
        Role.Flush();
        Output.HardState = outbox.TakeChanged();
        Log.TakeUnwritten(Output.EntriesToPersist);
        HandOutCommitted();
        if (Output.IsEmpty)
            return nothing;
        var taken = Output;
        Output = new Output();
        return taken;
    }

    /// <summary>
    /// Only what is durable here is handed out, though a quorum without this node may have committed it: the state machine must never
    /// be ahead of the log on the same disk.
    /// </summary>
    private void HandOutCommitted()
    {
        var last = Commit < Log.Durable ? Commit : Log.Durable;
        Marks.CommittedBeyondOwnDisk.HitIf(last < Commit);
        for (var index = handedOut.Next; index <= last; index = index.Next)
            Output.EntriesToApply.Add(Log[index]);
        if (handedOut < last)
            handedOut = last;
    }

    private void EnterTerm(Term term, NodeId? vote)
    {
        Term = term;
        Vote = vote;
        LeaderOfTerm = null;
        outbox.Change(new HardState(term, vote));
    }

    private Role MakeFollowing(Following following) => MayCampaign ? new Follower(this, following) : new Learner(this, following);

    private void NoteConfiguration(in Entry entry)
    {
        if (entry.Kind == EntryKind.Configuration)
            Configurations.Append(entry.Index, Configuration.Decode(entry.Payload.Span));
    }
}
