using Lutra.Node.Watches;
using Lutra.Simulation.Cluster;
using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Workloads.Watches;

/// <summary>
/// One watch on one node, for as long as both live. What there is to take is taken in events of the node's process, at once or as slowly as its reader is.
/// </summary>
/// <param name="took">What the watch handed out.</param>
/// <param name="refused">The watch has ended, and why; not told where the node just died.</param>
internal sealed class WatchSession(SimulatedNode node, WatchOperation watch, Action<WatchBatch> took, Action<LutraException> refused)
{
    private readonly SimulatedProcess? process = node.Process;
    private Watcher? watcher;
    private StreamedWatch? streamed;
    private bool isOver;
    private bool isWaiting;

    public SimulatedNode Node => node;

    /// <summary>How long its reader does something else before each batch that it takes; zero: it takes all that there is at once.</summary>
    public TimeSpan Slowness { get; set; }

    /// <summary>The watch comes over a stream of etcd's, with parts of at most so many bytes (0: in no parts); null: as it is on the node itself.</summary>
    public int? StreamedIn { get; init; }

    /// <summary>The first revision that it is to be told of; null: it is not open yet.</summary>
    public long? First { get; private set; }

    /// <summary>Below this nothing can be read any more on its node.</summary>
    public long Floor => node.Loop?.Replica?.Keyspace.CompactRevision.Value ?? 0;

    public void Open() => process?.After(TimeSpan.Zero, () =>
    {
        if (isOver || node.Process != process || node.Loop?.Replica is not { } replica)
            return;
        Guarded(() =>
        {
            var first = watch.From.Value > 0 ? watch.From.Value : replica.Keyspace.Revision.Value + 1;
            if (StreamedIn is { } bytes)
                streamed = new StreamedWatch(replica, watch, first, bytes > 0, Math.Max(bytes, 1), Signal);
            else
                watcher = replica.Watches.Open(watch, watch.From, Signal);
            First = first;
        });
        Signal();
    });

    /// <summary>Up to where the node says that all was taken; 0: it does not say, or says so later, in a batch without changes.</summary>
    public long Progress()
    {
        if (isOver || process is not { IsAlive: true, IsPaused: false })
            return 0;
        streamed?.AskProgress();
        return watcher?.Progress().Value ?? 0;
    }

    public void Close()
    {
        isOver = true;
        if (process is { IsAlive: true })
        {
            watcher?.Close();
            streamed?.Close();
        }
    }

    /// <summary>Something may be there: it is looked for, unless that is about to happen anyway.</summary>
    public void Signal()
    {
        if (isWaiting || isOver)
            return;
        isWaiting = true;
        process!.After(Slowness, Take);
    }

    private void Take()
    {
        isWaiting = false;
        var tookSome = false;
        Guarded(() =>
        {
            while (!isOver && (watcher?.TryTake() ?? streamed?.TryTake()) is { } batch)
            {
                tookSome = true;
                took(batch);
                if (Slowness > TimeSpan.Zero)
                    break;
            }
        });
        if (tookSome && Slowness > TimeSpan.Zero)
            Signal();
    }

    private void Guarded(Action action)
    {
        try
        {
            action();
        }
        catch (LutraException reason)
        {
            Close();
            refused(reason);
        }
        catch (IOException damage)
        {
            // A damaged disk: the node says so to whoever reads there.
            Close();
            refused(new LutraException(LutraError.Unavailable, damage.Message, damage));
        }
    }
}
