namespace Lutra.Raft;

/// <summary>
/// One role of a node: what it does about each input. The defaults are those of a node that neither leads nor follows; a role overrides
/// what differs. A role that was left is never called again.
/// </summary>
internal abstract class Role(Replica replica)
{
    protected Replica Replica { get; } = replica;

    public abstract RoleName Name { get; }

    /// <summary>Who leads, as far as this node knows.</summary>
    public virtual NodeId? KnownLeader => null;

    /// <summary>A leader was heard within the shortest election timeout: requests for votes are ignored (pitfall E09).</summary>
    public virtual bool HearsLeader => false;

    public abstract void Tick();

    /// <summary>A message of this term, or about a vote in a later one.</summary>
    public void Receive(Message message)
    {
        switch (message)
        {
            case PreVoteRequest request: OnPreVoteRequest(request); break;
            case PreVoteReply reply: OnPreVoteReply(reply); break;
            case VoteRequest request: OnVoteRequest(request); break;
            case VoteReply reply: OnVoteReply(reply); break;
            case AppendRequest or Heartbeat or SnapshotOffer: OnLeaderSpeaks(message); break;
            case AppendAccepted accepted: OnAppendAccepted(accepted); break;
            case AppendRejected rejected: OnAppendRejected(rejected); break;
            case HeartbeatReply reply: OnHeartbeatReply(reply); break;
            case TimeoutNow timeout: OnTimeoutNow(timeout); break;
            case ReadIndexRequest request: OnReadIndexRequest(request); break;
            case ReadIndexReply reply: OnReadIndexReply(reply); break;
            default: throw new InvariantBrokenException($"There is no rule for {message.GetType().Name}.");
        }
    }

    public virtual ProposeResult Propose(ReadOnlyMemory<byte> command) => new(ProposeOutcome.NotLeader, default, KnownLeader);

    public virtual ProposeResult ProposeConfiguration(IReadOnlyList<Member> target) => new(ProposeOutcome.NotLeader, default, KnownLeader);

    public virtual void RequestRead(ulong read) => Replica.Output.Reads.Add(new ReadAnswer(read, null));

    public virtual bool TransferLeadership(NodeId? target) => false;

    public virtual void GiveUpLeadership()
    {
    }

    public virtual void OnPeerDied(NodeId peer)
    {
    }

    public virtual void OnHardStatePersisted()
    {
    }

    public virtual void OnLogPersisted()
    {
    }

    public virtual void OnSnapshotInstalled(LogPosition position)
    {
    }

    public virtual void OnEntriesFetched(NodeId follower, LogIndex first, IReadOnlyList<Entry> entries)
    {
    }

    public virtual void OnSnapshotStarted(NodeId follower, LogPosition position, Configuration configuration)
    {
    }

    public virtual void OnSnapshotFailed(NodeId follower)
    {
    }

    /// <summary>An output is about to be taken: say what waited for others to join it.</summary>
    public virtual void Flush()
    {
    }

    /// <summary>Another role follows: whoever waits on this one is told.</summary>
    public virtual void Leave()
    {
    }

    /// <summary>What the leader's view of this node is; empty but at a leader.</summary>
    public virtual IReadOnlyList<FollowerStatus> DescribeFollowers() => [];

    /// <summary>Looks at the request whoever sent it: the newest log may belong to a node outside our configuration (pitfalls M08, M09).</summary>
    protected virtual void OnPreVoteRequest(PreVoteRequest request)
    {
        if (HearsLeader)
        {
            Marks.PreVoteIgnoredWhileLeaderIsHeard.Hit();
            return;
        }
        Marks.PreVoteRefusedForItsLog.HitIf(!request.LastEntry.IsAtLeastAsCompleteAs(Replica.Log.Last));
        AnswerPreVote(request, WouldVoteFor(request));
    }

    protected bool WouldVoteFor(PreVoteRequest request)
    {
        var voteIsFree = request.Term > Replica.Term || Replica.Vote is null || Replica.Vote == request.From;
        return voteIsFree && request.LastEntry.IsAtLeastAsCompleteAs(Replica.Log.Last);
    }

    /// <summary>A grant echoes the term asked for; a refusal carries ours, so that a candidate that is behind catches up (pitfall E06).</summary>
    protected void AnswerPreVote(PreVoteRequest request, bool granted) =>
        Replica.Send(new PreVoteReply(Replica.Id, request.From, granted ? request.Term : Replica.Term, granted));

    /// <summary>Votes once a term, for a log at least as complete as ours; a repeated request gets the same answer (pitfall E04).</summary>
    protected virtual void OnVoteRequest(VoteRequest request)
    {
        if (HearsLeader && !request.Transfer)
        {
            Marks.VoteOfSameTermIgnored.Hit();
            return;
        }
        var granted = (Replica.Vote is null || Replica.Vote == request.From) && request.LastEntry.IsAtLeastAsCompleteAs(Replica.Log.Last);
        Marks.VoteRefused.HitIf(!granted);
        Marks.VoteGrantedAgain.HitIf(granted && Replica.Vote is not null);
        if (granted)
            Replica.GrantVote(request.From);
        Replica.Send(new VoteReply(Replica.Id, request.From, Replica.Term, granted));
    }

    protected virtual void OnPreVoteReply(PreVoteReply reply)
    {
    }

    protected virtual void OnVoteReply(VoteReply reply)
    {
    }

    /// <summary>Somebody leads this term: whatever we hoped for, we follow.</summary>
    protected virtual void OnLeaderSpeaks(Message message)
    {
        Replica.BecomeFollower(Replica.Term, message.From);
        Replica.Role.Receive(message);
    }

    protected virtual void OnAppendAccepted(AppendAccepted accepted)
    {
    }

    protected virtual void OnAppendRejected(AppendRejected rejected)
    {
    }

    protected virtual void OnHeartbeatReply(HeartbeatReply reply)
    {
    }

    protected virtual void OnTimeoutNow(TimeoutNow timeout)
    {
    }

    /// <summary>Only a leader can say; anyone else refuses, so that the asker need not wait (pitfall R01).</summary>
    protected virtual void OnReadIndexRequest(ReadIndexRequest request)
    {
        Marks.ReadAskedOfNoLeader.Hit();
        Replica.Send(new ReadIndexReply(Replica.Id, request.From, Replica.Term, request.Read, Index: null));
    }

    protected virtual void OnReadIndexReply(ReadIndexReply reply)
    {
    }
}
