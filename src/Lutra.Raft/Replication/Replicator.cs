namespace Lutra.Raft;

/// <summary>Decides what a leader sends to a follower next, once for each output, so that what gathered in between goes together.</summary>
internal sealed class Replicator(Replica replica)
{
    /// <summary>After so many election timeouts without an acceptance, a state on its way is taken for lost.</summary>
    private const int SnapshotTimeouts = 10;

    private readonly RaftLog log = replica.Log;
    private readonly RaftOptions options = replica.Options;

    /// <summary>Sends what is due: a heartbeat, entries as far as the window allows, else a new commit index.</summary>
    public void Send(Progress follower, ulong round)
    {
        if (follower.HeartbeatDue)
            SendHeartbeat(follower, round);
        switch (follower.State)
        {
            case ProgressState.Probe when !follower.IsPaused:
                SendProbe(follower, round);
                break;
            case ProgressState.Replicate:
                SendEntries(follower, round);
                break;
            default:
                break;
        }
    }

    /// <summary>
    /// No wait is for ever (pitfall S06). A read from disk is asked for again after an election timeout. A follower to which a state is
    /// being sent is asked once an election timeout whether it has it, since its answer may have been lost; after ten it is probed anew.
    /// </summary>
    public void Tick(Progress follower, ulong round)
    {
        var waitedTicks = replica.NowTick - follower.WaitingSinceTick;
        if (follower.Fetching is not null && waitedTicks >= options.ElectionTicks)
        {
            Marks.FetchTimedOut.Hit();
            follower.EndFetch();
        }
        if (follower.State != ProgressState.Snapshot || waitedTicks == 0)
            return;
        if (waitedTicks >= SnapshotTimeouts * options.ElectionTicks)
        {
            Marks.SnapshotTakenForLost.Hit();
            follower.BecomeProbe();
        }
        else if (waitedTicks % options.ElectionTicks == 0 && follower.SnapshotIndex > LogIndex.Zero)
        {
            Marks.SnapshotAskedAbout.Hit();
            AskAboutSnapshot(follower, round);
        }
    }

    /// <summary>Entries came back from disk; void unless they are the ones that are being waited for.</summary>
    public void OnFetched(Progress follower, LogIndex first, IReadOnlyList<Entry> entries, ulong round)
    {
        if (follower.Fetching != first)
        {
            Marks.FetchedForNobody.Hit();
            return;
        }
        follower.EndFetch();
        if (follower.State != ProgressState.Replicate || follower.Next != first)
            return;
        var sizeBytes = 0;
        var count = 0;
        while (count < entries.Count && entries[count].Index.Value == first.Value + (ulong)count && log.Holds(entries[count].Position))
            sizeBytes += entries[count++].SizeBytes;
        if (count == 0 || log.TermAt(first.Previous) is not { } term)
        {
            Marks.FetchedWhatWasCut.Hit();
            // The log was cut meanwhile, or the read failed: look again with the next heartbeat.
            follower.BecomeProbe();
            follower.Pause();
            return;
        }

        var fetched = new Entry[count];
        for (var i = 0; i < count; i++)
            fetched[i] = entries[i];
        SendAppend(follower, new LogPosition(first.Previous, term), fetched, sizeBytes, round);
    }

    private void AskAboutSnapshot(Progress follower, ulong round)
    {
        if (log.TermAt(follower.SnapshotIndex) is { } term)
            SendAppend(follower, new LogPosition(follower.SnapshotIndex, term), default, 0, round);
    }

    private void SendHeartbeat(Progress follower, ulong round)
    {
        var commit = replica.Commit < follower.Matched ? replica.Commit : follower.Matched;
        replica.Send(new Heartbeat(replica.Id, follower.Node, replica.Term, commit, round));
        follower.HeartbeatDue = false;
        if (follower.CommitSent < commit)
            follower.CommitSent = commit;
    }

    private void SendProbe(Progress follower, ulong round)
    {
        if (log.TermAt(follower.Next.Previous) is not { } term)
        {
            WantSnapshot(follower);
            return;
        }

        var entries = ReadOnlyMemory<Entry>.Empty;
        var sizeBytes = 0;
        if (!follower.IsAskedAgain && follower.Next >= log.FirstInMemory && follower.Next <= log.Last.Index)
            entries = log.Slice(follower.Next, options.AppendBytesMax, out sizeBytes);
        SendAppend(follower, new LogPosition(follower.Next.Previous, term), entries, sizeBytes, round);
    }

    private void SendEntries(Progress follower, ulong round)
    {
        var sent = false;
        Marks.InflightFull.HitIf(follower.Inflight.IsFull);
        while (follower.Next <= log.Last.Index && !follower.Inflight.IsFull && follower.Fetching is null)
        {
            if (log.TermAt(follower.Next.Previous) is not { } term)
            {
                WantSnapshot(follower);
                return;
            }

            if (follower.Next < log.FirstInMemory)
            {
                Fetch(follower);
                break;
            }

            var entries = log.Slice(follower.Next, options.AppendBytesMax, out var sizeBytes);
            SendAppend(follower, new LogPosition(follower.Next.Previous, term), entries, sizeBytes, round);
            sent = true;
        }

        var previous = follower.Next.Previous;
        var commit = replica.Commit < previous ? replica.Commit : previous;
        if (!sent && (follower.CheckDue || follower.CommitSent < commit))
        {
            if (log.TermAt(previous) is { } lastTerm)
                SendAppend(follower, new LogPosition(previous, lastTerm), default, 0, round);
            else if (follower.CheckDue)
                WantSnapshot(follower); // What was sent last is unanswered, and the log was cut past it.
        }

        follower.CheckDue = false;
    }

    private void SendAppend(Progress follower, LogPosition previous, ReadOnlyMemory<Entry> entries, int sizeBytes, ulong round)
    {
        replica.Send(new AppendRequest(replica.Id, follower.Node, replica.Term, previous, entries, replica.Commit, round));
        var last = new LogIndex(previous.Index.Value + (ulong)entries.Length);
        var commit = replica.Commit < last ? replica.Commit : last;
        if (follower.State == ProgressState.Replicate && follower.CommitSent < commit)
            follower.CommitSent = commit;
        follower.Sent(last, sizeBytes);
    }

    private void Fetch(Progress follower)
    {
        var last = log.FirstInMemory.Previous;
        Marks.EntriesFetchedFromDisk.Hit();
        replica.Output.EntriesWanted.Add(new EntriesWanted(follower.Node, follower.Next, last, options.AppendBytesMax));
        follower.StartFetch(follower.Next, replica.NowTick);
    }

    private void WantSnapshot(Progress follower)
    {
        follower.BecomeSnapshot(replica.NowTick);
        Marks.SnapshotWanted.Hit();
        replica.Output.SnapshotsWanted.Add(follower.Node);
    }
}
