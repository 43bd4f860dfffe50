using System.Runtime.CompilerServices;
using Lutra.Keyspace.Commands;
using Lutra.Node.Loop;
using Lutra.Node.Watches;

namespace Lutra.Node.Hosting;

/// <summary>Where watches of this process begin, and how their readers wait.</summary>
internal sealed class WatchDoor(NodeLoop loop, ReadDoor reads, DamageGuard damage)
{
    private readonly WatchTurns turns = new();

    public async IAsyncEnumerable<WatchBatch> WatchAsync(WatchOperation watch, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Check(watch);

        // "From now on" is after everything that was acknowledged before this call, on whatever node.
        if (watch.From.Value == 0)
            await reads.UpToDate().AsTask().WaitAsync(cancellationToken);
        using var wait = new WatchWait(turns, watch.ProgressEvery);
        var watcher = Begin(watch, wait.Call);
        try
        {
            yield return new WatchBatch(new Revision(watcher.Before), []);
            wait.Told();
            using var cancelled = cancellationToken.UnsafeRegister(static wait => ((WatchWait)wait!).Call(), wait);
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (damage.Read(watcher, static each => each.TryTake()) is { } batch)
                {
                    yield return batch;
                    wait.Told();
                }
                else if (wait.IsQuiet)
                {
                    if (watcher.Progress() is { Value: > 0 } progress)
                        yield return new WatchBatch(progress, []);
                    wait.Told();
                }
                else
                {
                    await wait.Something();
                }
            }
        }
        finally
        {
            watcher.Close();
        }
    }

    public NodeWatch Open(WatchOperation watch, Action signal)
    {
        Check(watch);
        return new NodeWatch(Begin(watch, signal), damage);
    }

    private Watcher Begin(WatchOperation watch, Action signal) => damage.Read((Hub, watch, signal), static asked => asked.Hub.Open(asked.watch, asked.watch.From, asked.signal));

    private WatchHub Hub =>
        loop.Replica?.Watches ?? throw new LutraException(LutraError.Unavailable, "This node does not belong to a cluster yet.");

    private static void Check(WatchOperation watch)
    {
        if (OperationRules.Check(new RangeOperation(watch.Range)) is { } refused)
            throw new LutraException(refused.Error, refused.Message);
        if (watch.From.Value < 0)
            throw new LutraException(LutraError.InvalidArgument, $"A watch begins at a revision from 1 up, not at {watch.From}.");
    }
}
