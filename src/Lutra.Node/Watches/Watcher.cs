using System.Collections.Immutable;

namespace Lutra.Node.Watches;

/// <summary>
/// One watch on this node. While it keeps up, the hub hands it what happens; once too much waits for its reader it is left alone, and reads what follows
/// from the tables itself, at its reader's speed, until it has caught up: a slow watch costs bounded memory, and nobody else anything.
/// </summary>
/// <param name="number">Counts the watches of a node.</param>
/// <param name="next">The first revision that it wants.</param>
/// <param name="signal">Something may be there to take. Called from any thread, under a lock: it only wakes.</param>
internal sealed class Watcher(WatchHub hub, long number, WatchOperation watch, long next, Action signal)
{
    private const int PulledBytesMax = 256 * 1024;
    private const int PulledChangesMax = 4096;
    private const int EventOverheadBytes = 128;

    private readonly Lock gate = new();
    private readonly Queue<(WatchBatch Batch, int SizeBytes)> queue = new();
    private int queuedBytes;
    private bool keepsUp;
    private bool closed;

    // The first revision that was neither queued nor pulled.
    private long next = next;

    public long Number => number;

    public KeyRange Range => watch.Range;

    public bool WantsPrevious => watch.ReturnPrevious;

    /// <summary>What the hub gathers for it during a step. The hub's.</summary>
    public List<WatchEvent> Gathered { get; } = [];

    /// <summary>It stood in the hub's index and was removed.</summary>
    public bool IsPlaceholder { get; private init; }

    public Watcher Placeholder => new(hub, number, watch, long.MaxValue, static () => { }) { IsPlaceholder = true };

    public bool Wants(WatchEvent change) =>
        change.Current.ModRevision.Value >= Volatile.Read(ref next) && !(change.IsDelete ? watch.NoDeletes : watch.NoPuts);

    /// <summary>
    /// What comes next; null where there is nothing yet, and then <c>signal</c> is called. Its reader only. Throws <see cref="LutraException"/>:
    /// compacted, or the node stops.
    /// </summary>
    public WatchBatch? TryTake()
    {
        while (true)
        {
            lock (gate)
            {
                if (closed)
                    throw new LutraException(LutraError.Stopped, "The node is stopping: go on with the watch at another one.");
                if (queue.TryDequeue(out var queued))
                {
                    queuedBytes -= queued.SizeBytes;
                    return queued.Batch;
                }

                if (keepsUp)
                    return null;
            }

            if (Pull(out var hasCaughtUp) is { } pulled)
                return pulled;
            if (hasCaughtUp)
                hub.TryJoin(this);
        }
    }

    /// <summary>Up to where all that it wants was taken; none where that is not known now.</summary>
    public Revision Progress() => hub.ProgressOf(this);

    public void Close() => hub.Close(this);

    /// <summary>The node stops. The hub's.</summary>
    public void End()
    {
        lock (gate)
            closed = true;
        signal();
    }

    /// <summary>The last revision that does not matter to it any more. The hub's.</summary>
    public long Before => Volatile.Read(ref next) - 1;

    /// <summary>From now on the hub hands it what happens, where nothing that it wants lies at or below <paramref name="dispatched"/>. The hub's.</summary>
    public bool Join(long dispatched)
    {
        lock (gate)
            return keepsUp = next > dispatched;
    }

    /// <summary>False: it has fallen behind, and now looks for itself. The hub's.</summary>
    public bool Offer(WatchBatch batch)
    {
        var sizeBytes = SizeBytes(batch.Events);
        lock (gate)
        {
            if (queue.Count > 0 && queuedBytes + sizeBytes > hub.QueuedBytesMax)
            {
                Marks.WatchFellBehind.Hit();
                return keepsUp = false;
            }

            queue.Enqueue((batch, sizeBytes));
            queuedBytes += sizeBytes;
            Volatile.Write(ref next, batch.Revision.Value + 1);
        }

        signal();
        return true;
    }

    /// <summary>Whether it stood in the hub's index. The hub's.</summary>
    public bool LeaveHub()
    {
        lock (gate)
        {
            var stood = keepsUp;
            keepsUp = false;
            return stood;
        }
    }

    /// <summary>The hub has lost track of what it wants.</summary>
    public void FallBehind()
    {
        lock (gate)
            keepsUp = false;
        signal();
    }

    /// <summary>The hub's.</summary>
    public bool HasTakenAllUpTo(long dispatched)
    {
        lock (gate)
            return keepsUp && queue.Count == 0 && next <= dispatched + 1;
    }

    private WatchBatch? Pull(out bool hasCaughtUp)
    {
        using var view = hub.Pin();
        hasCaughtUp = next > view.Revision.Value;
        if (hasCaughtUp)
            return null;
        var first = next;
        if (first >= view.CompactRevision.Value && hub.Pulled.Find(watch, first) is { } known)
        {
            Marks.WatchGivenWhatAnotherRead.Hit();
            Volatile.Write(ref next, known.Revision.Value + 1);
            return known;
        }

        using var changes = view.ChangesFrom(new Revision(first));
        var events = ImmutableArray.CreateBuilder<WatchEvent>();
        var (bytes, seen) = (0, 0);
        while (changes.Revision is { Value: > 0 } revision && bytes < PulledBytesMax && seen < PulledChangesMax)
        {
            for (; changes.Revision == revision; changes.Next(), seen++)
            {
                if (!Range.Contains(changes.Key.Span))
                    continue;
                var change = changes.Read(WantsPrevious);
                if (!Wants(change))
                    continue;
                events.Add(change);
                bytes += SizeBytes(change);
            }

            Volatile.Write(ref next, revision.Value + 1);
        }

        // The empty store's first revision is one that nobody wrote.
        if (changes.Revision.Value == 0)
            Volatile.Write(ref next, view.Revision.Value + 1);
        if (events.Count == 0)
            return null;
        var pulled = new WatchBatch(new Revision(next - 1), events.DrainToImmutable());
        hub.Pulled.Add(watch, first, pulled, bytes);
        return pulled;
    }

    private static int SizeBytes(ImmutableArray<WatchEvent> events)
    {
        var bytes = 0;
        foreach (var change in events)
            bytes += SizeBytes(change);
        return bytes;
    }

    private static int SizeBytes(WatchEvent change) =>
        EventOverheadBytes + change.Current.Key.Length + change.Current.Value.Length + (change.Previous?.Value.Length ?? 0);
}
