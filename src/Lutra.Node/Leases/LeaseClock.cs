using Lutra.Keyspace;
using Lutra.Keyspace.Commands;
using Lutra.Node.Measures;
using Lutra.Raft;

namespace Lutra.Node.Leases;

/// <summary>
/// Counts the leases down while this node leads, and says in the log when one is over: nobody else does. It counts each from its full time to live, or from
/// what an earlier leader wrote down that it had left; so a lease never ends early, and a change of leader makes none immortal. Loop only.
/// </summary>
internal sealed class LeaseClock(RaftNode raft, KeyspaceStore keyspace, NodeClock clock, LeaseTuning tuning, NodeMeasures measures, Func<Command, bool> propose)
{
    private const int CheckpointedAtOnce = 1000;

    private readonly Dictionary<long, HeldLease> held = [];
    private readonly PriorityQueue<long, (long DueMillis, long Lease)> due = new();
    private readonly PriorityQueue<long, (long DueMillis, long Lease)> toCheckpoint = new();
    private readonly HashSet<long> revoking = [];
    private readonly HashSet<long> endedWhileLoading = [];
    private readonly List<(LeaseQuestion Question, Action<LeaseAnswer> Answer)> waiting = [];
    private Term term;
    private long loadedUpTo;

    private enum Stage
    {
        Resting,
        Loading,
        Counting,
    }

    private Stage stage;

    public int Count => held.Count;

    public void Tick()
    {
        if (raft.Role != RoleName.Leader || !raft.CommittedInTerm || raft.Term != term)
            Rest();
        if (raft.Role != RoleName.Leader || !raft.CommittedInTerm)
            return;
        if (stage == Stage.Resting)
            (stage, term, loadedUpTo) = (Stage.Loading, raft.Term, 0);
        if (stage == Stage.Loading)
            Load();
        if (stage != Stage.Counting)
            return;
        AnswerWaiting();
        RevokeWhatIsDue();
        Checkpoint();
    }

    /// <summary>Entries did this to leases, in this order, and readers see it.</summary>
    public void Applied(IReadOnlyList<LeaseChange> changes)
    {
        if (stage == Stage.Resting)
            return;
        foreach (var change in changes)
        {
            if (change.EndRefusedIn != 0)
                EndRefused(change.Lease, change.EndRefusedIn);
            else if (change.Now is { } now)
                Changed(now);
            else
                Ended(change.Lease);
        }

        AnswerWaiting();
        if (stage == Stage.Counting)
            RevokeWhatIsDue();
    }

    /// <summary>Asked after this node was confirmed to lead, and has applied all that was committed by then.</summary>
    public void Ask(LeaseQuestion question, Action<LeaseAnswer> answer)
    {
        if (Answer(question) is { } known)
            answer(known);
        else
            waiting.Add((question, answer));
    }

    // Null: not yet, when something is loaded or applied.
    private LeaseAnswer? Answer(LeaseQuestion question)
    {
        if (raft.Role != RoleName.Leader || raft.Term != term || stage == Stage.Resting)
            return raft.Role == RoleName.Leader && raft.CommittedInTerm ? null : LeaseAnswer.AskAgain("This node does not lead any more.");
        if (!held.TryGetValue(question.Lease, out var lease))
            return stage == Stage.Loading ? null : LeaseAnswer.NotFound(question.Lease);
        if (revoking.Contains(question.Lease))
            return question.Renews ? null : LeaseAnswer.Left(lease.TtlSeconds, 0);
        if (!question.Renews)
            return LeaseAnswer.Left(lease.TtlSeconds, Math.Max(0, lease.DueMillis - clock.NowMillis) / 1000);
        if (lease.IsCheckpointed)
        {
            // A leader after this one must know of the renewal before its holder does.
            if (!lease.IsResetting && propose(new CheckpointLeasesCommand(term.Value, [new LeaseRemaining(question.Lease, 0)])))
            {
                Marks.LeaseRenewedThroughTheLog.Hit();
                lease.IsResetting = true;
            }

            return null;
        }

        Renew(lease);
        return LeaseAnswer.Left(lease.TtlSeconds, lease.TtlSeconds);
    }

    private void AnswerWaiting()
    {
        if (waiting.Count == 0)
            return;
        (LeaseQuestion Question, Action<LeaseAnswer> Answer)[] asked = [.. waiting];
        waiting.Clear();
        foreach (var (question, answer) in asked)
            Ask(question, answer);
    }

    private void Load()
    {
        using (var view = keyspace.Pin())
        {
            var leases = view.Leases(loadedUpTo, tuning.LoadedPerTick);
            foreach (var lease in leases)
            {
                loadedUpTo = lease.Lease;
                if (!held.ContainsKey(lease.Lease) && !endedWhileLoading.Contains(lease.Lease))
                    Hold(lease);
            }

            if (leases.Count < tuning.LoadedPerTick)
            {
                stage = Stage.Counting;
                endedWhileLoading.Clear();
            }
        }

        AnswerWaiting();
    }

    private void Rest()
    {
        if (stage == Stage.Resting && waiting.Count == 0)
            return;
        stage = Stage.Resting;
        held.Clear();
        due.Clear();
        toCheckpoint.Clear();
        revoking.Clear();
        endedWhileLoading.Clear();
        AnswerWaiting();
    }

    private void Changed(GrantedLease now)
    {
        if (!held.TryGetValue(now.Lease, out var lease))
        {
            Hold(now);
            return;
        }

        // What was written down was seen here, unless it was a renewal: that counts from now.
        lease.IsCheckpointed = now.RemainingSeconds > 0;
        if (lease.IsCheckpointed || !lease.IsResetting)
            return;
        lease.IsResetting = false;
        Renew(lease);
    }

    private void Ended(long lease)
    {
        held.Remove(lease);
        revoking.Remove(lease);
        if (stage == Stage.Loading)
            endedWhileLoading.Add(lease);
    }

    private void EndRefused(long lease, ulong inTerm)
    {
        if (inTerm == term.Value && revoking.Remove(lease))
            due.Enqueue(lease, (clock.NowMillis, lease));
    }

    private void Hold(GrantedLease granted)
    {
        var seconds = granted.RemainingSeconds > 0 ? granted.RemainingSeconds : granted.TtlSeconds;
        var lease = new HeldLease(granted.TtlSeconds) { DueMillis = clock.NowMillis + (seconds * 1000), IsCheckpointed = granted.RemainingSeconds > 0 };
        Marks.LeaseCountedFromWhatWasWrittenDown.HitIf(lease.IsCheckpointed);
        held.Add(granted.Lease, lease);
        due.Enqueue(granted.Lease, (lease.DueMillis, granted.Lease));
        if (granted.TtlSeconds * 1000 > tuning.CheckpointedAboveMillis)
            toCheckpoint.Enqueue(granted.Lease, (clock.NowMillis + tuning.CheckpointEveryMillis, granted.Lease));
    }

    // Stands in the queue at its old time, and is put back in its place when that has come.
    private void Renew(HeldLease lease)
    {
        measures.LeasesRenewed.Add();
        lease.DueMillis = clock.NowMillis + (lease.TtlSeconds * 1000);
    }

    private void RevokeWhatIsDue()
    {
        // They end when the alarm does.
        if (keyspace.Alarms.IsCorrupt)
            return;
        Marks.ManyLeasesEndAtOnce.HitIf(revoking.Count >= tuning.RevokingMax);
        while (revoking.Count < tuning.RevokingMax && due.TryPeek(out var number, out var at) && at.DueMillis <= clock.NowMillis)
        {
            if (held.TryGetValue(number, out var lease) && !revoking.Contains(number))
            {
                if (lease.DueMillis > clock.NowMillis)
                {
                    due.EnqueueDequeue(number, (lease.DueMillis, number));
                    continue;
                }

                if (!propose(new RevokeLeaseCommand(number, term.Value)))
                    return;
                Marks.LeaseFoundOver.Hit();
                measures.LeasesExpired.Add();
                revoking.Add(number);
            }

            due.Dequeue();
        }
    }

    private void Checkpoint()
    {
        List<LeaseRemaining>? remaining = null;
        while (toCheckpoint.TryPeek(out var number, out var at) && at.DueMillis <= clock.NowMillis && (remaining?.Count ?? 0) < CheckpointedAtOnce)
        {
            toCheckpoint.Dequeue();
            if (!held.TryGetValue(number, out var lease))
                continue;
            toCheckpoint.Enqueue(number, (clock.NowMillis + tuning.CheckpointEveryMillis, number));

            // Rounded up: what is written down may be too much by a second, never too little. 0 would mean all of it.
            var seconds = Math.Max(1, (lease.DueMillis - clock.NowMillis + 999) / 1000);
            if (seconds < lease.TtlSeconds && !lease.IsResetting && !revoking.Contains(number))
                (remaining ??= []).Add(new LeaseRemaining(number, seconds));
        }

        if (remaining is not null && propose(new CheckpointLeasesCommand(term.Value, [.. remaining])))
        {
            Marks.LeaseTimeWrittenDown.Hit();
            // From here on a renewal must be in the log, though this is not applied yet.
            foreach (var (number, _) in remaining)
                held[number].IsCheckpointed = true;
        }
    }

    private sealed class HeldLease(long ttlSeconds)
    {
        public long TtlSeconds => ttlSeconds;

        public long DueMillis { get; set; }

        /// <summary>The log says that it has less than all of its time left.</summary>
        public bool IsCheckpointed { get; set; }

        /// <summary>A renewal is on its way into the log.</summary>
        public bool IsResetting { get; set; }
    }
}
