using System.Runtime.InteropServices;
using Lutra.Keyspace;
using Lutra.Storage.Scheduling;

namespace Lutra.Node.Watches;

/// <summary>
/// Hands what was applied to those who watch: reads each change once, by the index of revisions, and gives it to all watchers that want it and keep up. Those
/// that do not keep up are not its business. Does nothing where nobody watches.
/// </summary>
internal sealed class WatchHub(KeyspaceStore keyspace, IScheduler scheduler, int watchesMax, int queuedBytesMax, int unsortedMax) : IStage
{
    private const int ChangesPerStep = 512;

    private readonly Lock gate = new();
    private readonly WatcherIndex index = new(unsortedMax);
    private readonly HashSet<Watcher> open = [];
    private readonly List<Watcher> found = [];
    private readonly List<Watcher> touched = [];
    private long dispatched;
    private long lastNumber;
    private bool ended;

    /// <summary>What may wait for the reader of one watch.</summary>
    public int QueuedBytesMax => queuedBytesMax;

    public string Name => "watch hub";

    public StageKind Kind => StageKind.Prompt;

    /// <summary>What watchers that do not keep up have read.</summary>
    public PulledBatches Pulled { get; } = new();

    /// <summary>The watches that are open.</summary>
    public int Count
    {
        get
        {
            lock (gate)
                return open.Count;
        }
    }

    /// <summary>Open watches whose readers are too slow for the hub, or have not caught up yet.</summary>
    public int Behind
    {
        get
        {
            lock (gate)
                return open.Count - index.Count;
        }
    }

    /// <summary>Something was made visible to readers. From the applier.</summary>
    public void Published()
    {
        if (Volatile.Read(ref lastNumber) > 0)
            scheduler.Ready(this);
    }

    /// <summary>Throws <see cref="LutraException"/> where changes that it wants were compacted away, where there are too many, or the node stops.</summary>
    /// <param name="from">The first revision that is wanted; none: after the newest one here.</param>
    public Watcher Open(WatchOperation watch, Revision from, Action signal)
    {
        if (from.Value > 0)
        {
            using var view = Pin();
            view.ChangesFrom(from).Dispose();
        }

        var next = from.Value > 0 ? from.Value : keyspace.Revision.Value + 1;
        lock (gate)
        {
            if (ended)
                throw new LutraException(LutraError.Stopped, "The node is stopping.");
            if (open.Count >= watchesMax)
                throw new LutraException(LutraError.Overloaded, $"This node has {open.Count} watches, and no more than {watchesMax} may be.");
            var watcher = new Watcher(this, Volatile.Read(ref lastNumber) + 1, watch, next, signal);
            Volatile.Write(ref lastNumber, watcher.Number);
            open.Add(watcher);
            return watcher;
        }
    }

    public void Close(Watcher watcher)
    {
        lock (gate)
        {
            if (open.Remove(watcher) && watcher.LeaveHub())
                index.Remove(watcher);
            if (open.Count == 0)
                Pulled.Clear();
        }
    }

    public KeyspaceView Pin() => keyspace.Pin();

    public void TryJoin(Watcher watcher)
    {
        lock (gate)
        {
            if (!open.Contains(watcher))
                return;
            if (index.Count == 0)
            {
                // Never beyond what there is: a watch may wait for a revision that this node does not have yet, and others want what comes before it.
                dispatched = Math.Max(dispatched, Math.Min(watcher.Before, keyspace.Revision.Value));
            }

            if (!watcher.Join(dispatched))
                return;
            index.Add(watcher);
        }

        // What was published just before it joined is found now.
        scheduler.Ready(this);
    }

    public Revision ProgressOf(Watcher watcher)
    {
        lock (gate)
            return watcher.HasTakenAllUpTo(dispatched) ? new Revision(dispatched) : default;
    }

    public bool Step()
    {
        lock (gate)
        {
            if (index.Count == 0)
                return false;
            using var view = keyspace.Pin();
            if (dispatched >= view.Revision.Value)
                return false;
            if (dispatched + 1 < view.CompactRevision.Value)
            {
                // A state was taken over in which what lies between is compacted: each finds out for itself what that means for it.
                foreach (var watcher in index.All())
                    FallBehind(watcher);
                dispatched = view.Revision.Value;
                return false;
            }

            return Dispatch(view);
        }
    }

    /// <summary>The node stops: all watches end.</summary>
    public void End()
    {
        lock (gate)
        {
            ended = true;
            foreach (var watcher in open)
                watcher.End();
        }
    }

    private bool Dispatch(KeyspaceView view)
    {
        using var changes = view.ChangesFrom(new Revision(dispatched + 1));
        var upTo = view.Revision;
        for (var seen = 0; changes.Revision is { Value: > 0 } revision;)
        {
            for (; changes.Revision == revision; changes.Next(), seen++)
                Gather(changes);
            if (seen < ChangesPerStep)
                continue;
            upTo = revision;
            break;
        }

        WatchBatch? batch = null;
        foreach (var watcher in touched)
        {
            // Thousands may want the same: then they share one, and whoever encodes it needs to do so once.
            if (batch is null || !IsSame(batch.Events.AsSpan(), CollectionsMarshal.AsSpan(watcher.Gathered)))
                batch = new WatchBatch(upTo, [.. watcher.Gathered]);
            watcher.Gathered.Clear();
            if (!watcher.Offer(batch))
                index.Remove(watcher);
        }

        touched.Clear();
        dispatched = upTo.Value;
        return dispatched < view.Revision.Value;
    }

    private static bool IsSame(ReadOnlySpan<WatchEvent> left, ReadOnlySpan<WatchEvent> right)
    {
        if (left.Length != right.Length)
            return false;
        for (var at = 0; at < left.Length; at++)
        {
            if (!ReferenceEquals(left[at], right[at]))
                return false;
        }

        return true;
    }

    private void Gather(ChangeReader changes)
    {
        index.Find(changes.Key.Span, found);
        if (found.Count == 0)
            return;
        var full = changes.Read(found.Exists(watcher => watcher.WantsPrevious));
        var withoutPrevious = full.Previous is null ? full : full with { Previous = null };
        foreach (var watcher in found)
        {
            var change = watcher.WantsPrevious ? full : withoutPrevious;
            if (!watcher.Wants(change))
                continue;
            if (watcher.Gathered.Count == 0)
                touched.Add(watcher);
            watcher.Gathered.Add(change);
        }

        found.Clear();
    }

    private void FallBehind(Watcher watcher)
    {
        index.Remove(watcher);
        watcher.FallBehind();
    }
}
