namespace Lutra.Raft;

internal enum ProgressState
{
    /// <summary>Where the follower's log agrees with ours is not known: one append at a time asks.</summary>
    Probe,

    /// <summary>It is known: appends are sent without waiting for the answers.</summary>
    Replicate,

    /// <summary>The log no longer reaches back to where the follower is: it needs the state itself.</summary>
    Snapshot,
}

/// <summary>What a leader knows of one follower, and the rules by which answers change it (pitfalls L04, L08, L09, S06).</summary>
internal sealed class Progress(NodeId node, LogIndex next, InflightWindow inflight, long nowTick)
{
    // An acceptance has come since the last heartbeat.
    private bool advanced;

    public NodeId Node { get; } = node;

    public ProgressState State { get; private set; } = ProgressState.Probe;

    /// <summary>The last index that is durable there and known to equal ours. Never falls.</summary>
    public LogIndex Matched { get; private set; }

    // Invariant: Matched < Next. What lies between the two is on its way.

    /// <summary>The next index to send.</summary>
    public LogIndex Next { get; private set; } = next;

    /// <summary>The highest index of which the follower was told anything in this term: it cannot have matched more (pitfall L04).</summary>
    public LogIndex ShownUpTo { get; private set; }

    public InflightWindow Inflight { get; } = inflight;

    /// <summary>The highest commit index that messages to this follower carried and that it could take over.</summary>
    public LogIndex CommitSent { get; set; }

    /// <summary>The latest confirmation round that it answered.</summary>
    public ulong ConfirmedRound { get; private set; }

    /// <summary>When it was last heard; the start of the leadership counts as once.</summary>
    public long HeardAtTick { get; private set; } = nowTick;

    /// <summary>A heartbeat is to go out with the next output.</summary>
    public bool HeartbeatDue { get; set; }

    /// <summary>An empty append is to ask, with the next output, how far the follower is.</summary>
    public bool CheckDue { get; set; }

    /// <summary>Nothing more is sent until the follower answers or the next heartbeat is due.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>The present question was asked before and not answered: asking again carries no entries.</summary>
    public bool IsAskedAgain { get; private set; }

    /// <summary>The first entry of a batch that the driver is reading from disk for this follower.</summary>
    public LogIndex? Fetching { get; private set; }

    /// <summary>The state on its way; 0 until the driver has begun to send one.</summary>
    public LogIndex SnapshotIndex { get; private set; }

    /// <summary>When the present <see cref="ProgressState.Snapshot"/> or <see cref="Fetching"/> began.</summary>
    public long WaitingSinceTick { get; private set; }

    public void Heard(long nowTick, ulong round)
    {
        HeardAtTick = nowTick;
        if (ConfirmedRound < round)
            ConfirmedRound = round;
    }

    /// <summary>An append that ends with <paramref name="last"/> (or asks about it, when empty) was sent.</summary>
    public void Sent(LogIndex last, int entriesBytes)
    {
        if (ShownUpTo < last)
            ShownUpTo = last;
        if (State == ProgressState.Probe)
        {
            IsPaused = true;
            IsAskedAgain = true;
        }
        else if (State == ProgressState.Replicate && last >= Next)
        {
            Inflight.Add(last, entriesBytes);
            Next = last.Next;
        }
    }

    /// <summary>The follower holds everything up to <paramref name="matched"/>. True: that is more than was known.</summary>
    public bool Accepted(LogIndex matched)
    {
        if (ShownUpTo < matched)
        {
            Marks.AcceptanceBeyondWhatWasShown.Hit();
            matched = ShownUpTo;
        }
        if (matched < Matched)
        {
            Marks.AcceptanceOld.Hit();
            return false;
        }
        var more = matched > Matched;
        var found = State switch
        {
            ProgressState.Probe => matched >= Next.Previous,
            ProgressState.Snapshot => more && matched >= SnapshotIndex,
            _ => false,
        };
        Matched = matched;
        advanced = true;
        Inflight.FreeUpTo(matched);
        if (Next <= matched)
            Next = matched.Next;
        if (found)
            BecomeReplicate();
        return more;
    }

    /// <summary>
    /// The follower does not hold <paramref name="previous"/>; the leader would try <paramref name="next"/> instead. Answers to questions
    /// that are no longer open change nothing (pitfall L09).
    /// </summary>
    public void Rejected(LogIndex previous, LogIndex next)
    {
        var open = State switch
        {
            ProgressState.Probe => previous == Next.Previous,
            ProgressState.Replicate => previous > Matched && previous <= ShownUpTo,
            _ => false,
        };
        if (!open)
        {
            Marks.RejectionOld.Hit();
            return;
        }
        BecomeProbe();
        Next = next > Matched ? next : Matched.Next;
    }

    public void BecomeProbe()
    {
        State = ProgressState.Probe;
        Next = Matched.Next;
        StopWaiting();
    }

    public void BecomeSnapshot(long nowTick)
    {
        State = ProgressState.Snapshot;
        StopWaiting();
        WaitingSinceTick = nowTick;
    }

    /// <summary>A state at <paramref name="index"/> is on its way.</summary>
    public void SnapshotStarted(LogIndex index, long nowTick)
    {
        BecomeSnapshot(nowTick);
        SnapshotIndex = index;
        if (ShownUpTo < index)
            ShownUpTo = index;
    }

    /// <summary>Waits for the next heartbeat before anything else is tried.</summary>
    public void Pause() => IsPaused = true;

    /// <summary>A heartbeat is due, and what was sent and not answered is asked about again.</summary>
    public void Beat()
    {
        HeartbeatDue = true;
        IsPaused = false;
        CheckDue = State == ProgressState.Replicate && !advanced && Matched < Next.Previous;
        Marks.UnansweredAppendAskedAbout.HitIf(CheckDue);
        advanced = false;
    }

    public void StartFetch(LogIndex first, long nowTick)
    {
        Fetching = first;
        WaitingSinceTick = nowTick;
    }

    public void EndFetch() => Fetching = null;

    private void BecomeReplicate()
    {
        State = ProgressState.Replicate;
        Next = Matched.Next;
        StopWaiting();
    }

    private void StopWaiting()
    {
        IsPaused = false;
        IsAskedAgain = false;
        Fetching = null;
        SnapshotIndex = LogIndex.Zero;
        Inflight.Clear();
        if (CommitSent > Matched)
            CommitSent = Matched;
    }
}
