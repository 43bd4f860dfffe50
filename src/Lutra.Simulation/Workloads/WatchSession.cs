using Lutra.Node.Watches;
using Lutra.Simulation.Cluster;
using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Workloads;

/// <summary>
/// One watch on one node, for as long as both live. What there is to take is taken in events of the node's process, at once or as slowly as its reader is.
/// </summary>
/// <param name="took">What the watch handed out.</param>
/// <param name="refused">The watch has ended, and why; not told where the node just died.</param>
internal sealed class WatchSession(SimulatedNode node, WatchOperation watch, Action<WatchBatch> took, Action<LutraException> refused)
{
    private readonly SimulatedProcess? process = node.Process;
    private Watcher? watcher;
    private bool isOver;
    private bool isWaiting;

    public SimulatedNode Node => node;

    /// <summary>How long its reader does something else before each batch that it takes; zero: it takes all that there is at once.</summary>
    public TimeSpan Slowness { get; set; }

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
            watcher = replica.Watches.Open(watch, watch.From, Signal);
            First = watch.From.Value > 0 ? watch.From.Value : replica.Keyspace.Revision.Value + 1;
        });
        Signal();
    });

    /// <summary>Up to where the node says that all was taken; 0: it does not say.</summary>
    public long Progress() => !isOver && process is { IsAlive: true, IsPaused: false } && watcher is { } open ? open.Progress().Value : 0;

    public void Close()
    {
        isOver = true;
        if (process is { IsAlive: true })
            watcher?.Close();
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
            while (!isOver && watcher?.TryTake() is { } batch)
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
