using Lutra.Keyspace;
using Lutra.Keyspace.Auth;
using Lutra.Keyspace.Commands;
using Lutra.Node.Measures;
using Lutra.Node.Requests;
using Lutra.Raft;
using Lutra.Storage.Scheduling;
using Lutra.Storage.Tables;

namespace Lutra.Node.Apply;

/// <summary>
/// Applies committed entries to the keyspace, in log order, in batches that become visible at once; then answers those who wait here.
/// Pauses while the tables have no room, never while readers read.
/// </summary>
internal sealed class Applier(
    KeyspaceStore keyspace, TableStore tables, PendingWrites pending, ulong origin, NodeMeasures measures, ApplierEvents events) : IStage
{
    private const int BatchEntriesMax = 256;

    private readonly Lock gate = new();
    private readonly Queue<IApplyWork> queue = new();
    private readonly List<(ClientWrite Write, AppliedEntry Outcome)> toAnswer = [];
    private readonly List<ClientWrite> ended = [];
    private Term lastTerm = keyspace.Applied.Term;
    private long backlogBytes;

    public string Name => "applier";

    public StageKind Kind => StageKind.Prompt;

    /// <summary>Bytes of entries that wait to be applied.</summary>
    public long BacklogBytes => Interlocked.Read(ref backlogBytes);

    /// <summary>Loop only, in log order.</summary>
    public void Submit(IReadOnlyList<Entry> entries)
    {
        var bytes = 0L;
        foreach (var entry in entries)
            bytes += entry.SizeBytes;
        Interlocked.Add(ref backlogBytes, bytes);
        Enqueue(new EntriesToApply(entries, bytes));
    }

    /// <summary>Loop only: once everything before is applied, replaces the whole state.</summary>
    public void Submit(StateToInstall state) => Enqueue(state);

    public bool Step()
    {
        Marks.ApplierPaused.HitIf(!tables.HasRoom);
        if (!tables.HasRoom || Peek() is not { } work)
            return false;
        return work switch
        {
            EntriesToApply entries => ApplySome(entries),
            StateToInstall state => Install(state),
            _ => throw new System.Diagnostics.UnreachableException($"No rule for {work}"),
        };
    }

    private bool ApplySome(EntriesToApply work)
    {
        var began = measures.Apply.Start();
        var first = work.Done;
        var last = Math.Min(first + BatchEntriesMax, work.Entries.Count);
        for (var at = first; at < last; at++)
        {
            var entry = work.Entries[at];
            if (entry.Index <= keyspace.Applied.Index)
            {
                // The log caught up while a newer state was being installed, and was handed out behind it: that state contains this entry.
                EndContained(entry);
                continue;
            }

            if (entry.Term != lastTerm)
            {
                lastTerm = entry.Term;
                EndLost(entry.Term);
            }

            Apply(entry);
        }

        // First of all: who reads of users what they are now must find the tokens as they are now, too.
        if (keyspace.TakeAuthEvents() is { Count: > 0 } happened)
            events.AuthChanged(happened);
        keyspace.Publish();
        measures.Apply.Stop(began);
        measures.AppliedEntries.Add(last - first);
        events.Published();
        if (keyspace.TakeLeaseChanges() is { Count: > 0 } changes)
            events.LeasesChanged(changes);
        foreach (var (write, outcome) in toAnswer)
            write.Applied(outcome);
        toAnswer.Clear();

        var applied = work.Entries[last - 1].Index;
        work.Done = last;
        if (last == work.Entries.Count)
        {
            Interlocked.Add(ref backlogBytes, -work.SizeBytes);
            Dequeue();
        }

        events.Applied(applied);
        return true;
    }

    private void Apply(in Entry entry)
    {
        var waiter = TakeWaiter(entry);
        var outcome = keyspace.Apply(entry, waiter is not null);
        if (waiter is not null)
            toAnswer.Add((waiter, outcome));
        if (entry.Kind == EntryKind.Configuration)
            events.ConfigurationApplied(entry.Index, Configuration.Decode(entry.Payload.Span));
    }

    private void EndContained(in Entry entry) =>
        TakeWaiter(entry)?.Failed(LutraError.OutcomeUnknown, "This node took over a newer state that holds the write, and not its answer: it may or may not be done.");

    private ClientWrite? TakeWaiter(in Entry entry) =>
        entry.Kind == EntryKind.Command && CommandCodec.ReadProposal(entry.Payload.Span) is var proposal && proposal.Origin == origin
            ? pending.Take(proposal.Number)
            : null;

    private bool Install(StateToInstall state)
    {
        if (state.Installed)
        {
            // What happened to tokens in the entries that were passed over nobody says.
            events.AuthChanged([new AllTokensVoid()]);
            keyspace.Reload();
            // The tables of a restored state do not name the members before the first entries are flushed.
            if (!keyspace.HasBegun)
                keyspace.Begin(state.Configuration);
            events.Published();
            lastTerm = state.Position.Term;
            EndInstalled();
            Dequeue();
            events.StateInstalled(state);
            return true;
        }

        if (!state.Submitted)
        {
            state.Submitted = true;
            tables.Install(state.Files, state.Position, () =>
            {
                state.Installed = true;
                events.Wake(this);
            });
        }

        return false;
    }

    /// <summary>
    /// Entries of <paramref name="term"/> are applied from here on. A write that went to the leader of an earlier term lies before them or nowhere: not
    /// applied by now, it never will be (pitfall C03).
    /// </summary>
    private void EndLost(Term term)
    {
        pending.TakeWhere(write => write.Term < term, ended);
        Marks.WriteCertainlyLost.HitIf(ended.Count > 0);
        foreach (var write in ended)
            write.Failed(LutraError.Unavailable, "Leadership changed before the write was committed. Nothing was done.");
        ended.Clear();
    }

    /// <summary>The state that was installed may contain what waits here, but does not say so.</summary>
    private void EndInstalled()
    {
        pending.TakeWhere(_ => true, ended);
        Marks.WriteUnknownAfterInstall.HitIf(ended.Count > 0);
        foreach (var write in ended)
            write.Failed(LutraError.OutcomeUnknown, "This node fell behind and took over a newer state: the write may or may not be in it.");
        ended.Clear();
    }

    private void Enqueue(IApplyWork work)
    {
        lock (gate)
            queue.Enqueue(work);
        events.Wake(this);
    }

    private IApplyWork? Peek()
    {
        lock (gate)
            return queue.TryPeek(out var work) ? work : null;
    }

    private void Dequeue()
    {
        lock (gate)
            queue.Dequeue();
    }
}
