namespace Lutra.Raft;

/// <summary>
/// The receiving end of replication: what a follower or learner does about its leader's messages in one term. Acceptances say only what
/// is on this node's disk; they wait here for it.
/// </summary>
internal sealed class Following(Replica replica, NodeId? leader)
{
    private readonly ForwardedReads reads = new(replica.Options.PendingReadsMax);
    private long heardAtTick = replica.NowTick;

    // The last index that a message of this leader proved equal to its log.
    private LogIndex proven;
    private ulong round;
    private bool owesAcceptance;

    public NodeId? Leader { get; private set; } = leader;

    public bool HearsLeader => Leader is not null && replica.NowTick - heardAtTick < replica.Options.ElectionTicks;

    /// <summary>
    /// Up to here the log equals the leader's. An entry of the present term can only have come from its one leader, so where the last
    /// one is of this term, the whole log does (Log Matching), after a restart too.
    /// </summary>
    private LogIndex EqualUpTo => replica.Log.Last.Term == replica.Term ? replica.Log.Last.Index : proven;

    public void Tick() => reads.RefuseBefore(replica.NowTick - replica.Options.ElectionTicks, replica.Output.Reads);

    public void OnLeaderSpeaks(Message message)
    {
        replica.NoteLeader(message.From);
        if (Leader != message.From)
            LeaveLeader();
        Leader = message.From;
        heardAtTick = replica.NowTick;
        switch (message)
        {
            case AppendRequest request: OnAppend(request); break;
            case Heartbeat heartbeat: OnHeartbeat(heartbeat); break;
            case SnapshotOffer offer: OnSnapshotOffer(offer); break;
            default: throw new InvariantBrokenException($"{message.GetType().Name} is not for a follower.");
        }
    }

    /// <summary>The leader is gone, or another term begins: what was asked of it is refused.</summary>
    public void LeaveLeader()
    {
        Leader = null;
        reads.RefuseAll(replica.Output.Reads);
    }

    public void RequestRead(ulong read)
    {
        if (Leader is null || !reads.TryAdd(read))
        {
            Marks.ReadWithoutLeader.Hit();
            replica.Output.Reads.Add(new ReadAnswer(read, null));
        }
    }

    public void OnReadIndexReply(ReadIndexReply reply)
    {
        if (reply.From == Leader)
            reads.Answer(reply.Read, reply.Index, replica.Output.Reads);
    }

    public void OnLogPersisted()
    {
        if (owesAcceptance)
            Accept();
    }

    public void OnSnapshotInstalled(LogPosition position)
    {
        if (proven < position.Index)
            proven = position.Index;
        if (Leader is not null)
            Accept();
    }

    public void Flush()
    {
        if (Leader is { } known && reads.Ask(replica.NowTick) is { } number)
            replica.Send(new ReadIndexRequest(replica.Id, known, replica.Term, number));
    }

    private void OnAppend(AppendRequest request)
    {
        round = request.Round;
        if (!HoldsPrevious(request))
        {
            Reject(request);
            return;
        }

        AppendNew(request.Entries.Span);
        var last = new LogIndex(request.Previous.Index.Value + (ulong)request.Entries.Length);
        if (proven < last)
            proven = last;
        CommitTo(request.Commit);
        AcceptOrOwe(last);
    }

    private void OnHeartbeat(Heartbeat heartbeat)
    {
        CommitTo(heartbeat.Commit);
        replica.Send(new HeartbeatReply(replica.Id, heartbeat.From, replica.Term, heartbeat.Round));
    }

    /// <summary>A state that tells nothing new is accepted at once; so is one whose position the log holds: then it is simply committed.</summary>
    private void OnSnapshotOffer(SnapshotOffer offer)
    {
        var position = offer.Position;
        if (position.Index > replica.Commit && !replica.Log.Holds(position))
        {
            Marks.SnapshotOfferTaken.Hit();
            replica.Output.SnapshotToInstall = offer;
            return;
        }

        Marks.SnapshotOfferTellsNothingNew.Hit();
        if (proven < position.Index)
            proven = position.Index;
        CommitTo(position.Index);
        AcceptOrOwe(position.Index);
    }

    /// <summary>Everything at or below the commit index equals the leader's log, though we may no longer have it (pitfall L07).</summary>
    private bool HoldsPrevious(AppendRequest request) =>
        request.Previous.Index < replica.Log.Start.Index || replica.Log.Holds(request.Previous);

    /// <summary>
    /// Skips what we hold, truncates only at a real difference (an old or reordered append must not shorten the log, pitfall L05) and
    /// appends the rest.
    /// </summary>
    private void AppendNew(ReadOnlySpan<Entry> entries)
    {
        for (var i = 0; i < entries.Length; i++)
        {
            ref readonly var entry = ref entries[i];
            if (entry.Index <= replica.Log.Start.Index || replica.Log.Holds(entry.Position))
            {
                Marks.AppendedAlready.Hit();
                continue;
            }
            if (entry.Index <= replica.Log.Last.Index)
                replica.TruncateFrom(entry.Index);
            for (; i < entries.Length; i++)
                replica.Append(entries[i]);
        }
    }

    private void Reject(AppendRequest request)
    {
        var previous = request.Previous.Index;
        if (previous <= replica.Commit)
        {
            throw new InvariantBrokenException(
                $"The leader of term {replica.Term} contradicts entry {previous}, but everything up to {replica.Commit} is committed here.");
        }

        Marks.AppendRejectedForGap.HitIf(previous > replica.Log.Last.Index);
        Marks.AppendRejectedForConflict.HitIf(previous <= replica.Log.Last.Index);
        var hint = ConflictSearch.Hint(replica.Log.Terms, previous, replica.Commit);
        replica.Send(new AppendRejected(replica.Id, request.From, replica.Term, previous, hint, request.Round));
    }

    /// <summary>Never beyond what is proven to equal the leader's log (pitfall L03).</summary>
    private void CommitTo(LogIndex commit)
    {
        var bound = EqualUpTo;
        Marks.CommitBoundedByWhatIsProven.HitIf(commit > bound);
        replica.CommitTo(commit < bound ? commit : bound);
    }

    private void AcceptOrOwe(LogIndex last)
    {
        if (last <= replica.Log.Durable)
            Accept();
        else
        {
            Marks.AcceptanceWaitsForDisk.Hit();
            owesAcceptance = true;
        }
    }

    private void Accept()
    {
        if (Leader is not { } known)
            return;
        var durable = replica.Log.Durable;
        owesAcceptance = proven > durable;
        replica.Send(new AppendAccepted(replica.Id, known, replica.Term, owesAcceptance ? durable : proven, round));
    }
}
