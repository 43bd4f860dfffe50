using System.Runtime.CompilerServices;
using Lutra.Keyspace.Commands;
using Lutra.Node.Loop;
using Lutra.Node.Watches;

namespace Lutra.Node.Hosting;

/// <summary>Where watches of this process begin, and how their readers wait.</summary>
internal sealed class WatchDoor(NodeLoop loop, ReadDoor reads)
{
    public async IAsyncEnumerable<WatchBatch> WatchAsync(WatchOperation watch, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Check(watch);

        // "From now on" is after everything that was acknowledged before this call, on whatever node.
        if (watch.From.Value == 0)
            await reads.UpToDate().AsTask().WaitAsync(cancellationToken);
        using var something = new SemaphoreSlim(0, 1);
        var watcher = Hub.Open(watch, watch.From, () => Wake(something));
        try
        {
            yield return new WatchBatch(new Revision(watcher.Before), []);
            while (true)
            {
                if (watcher.TryTake() is { } batch)
                    yield return batch;
                else if (watch.ProgressEvery is not { } every)
                    await something.WaitAsync(cancellationToken);
                else if (!await something.WaitAsync(every, cancellationToken) && watcher.Progress() is { Value: > 0 } progress)
                    yield return new WatchBatch(progress, []);
                cancellationToken.ThrowIfCancellationRequested();
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
        return new NodeWatch(Hub.Open(watch, watch.From, signal));
    }

    private WatchHub Hub =>
        loop.Replica?.Watches ?? throw new LutraException(LutraError.Unavailable, "This node does not belong to a cluster yet.");

    private static void Check(WatchOperation watch)
    {
        if (OperationRules.Check(new RangeOperation(watch.Range)) is { } refused)
            throw new LutraException(refused.Error, refused.Message);
        if (watch.From.Value < 0)
            throw new LutraException(LutraError.InvalidArgument, $"A watch begins at a revision from 1 up, not at {watch.From}.");
    }

    private static void Wake(SemaphoreSlim something)
    {
        try
        {
            if (something.CurrentCount == 0)
                something.Release();
        }
        catch (Exception late) when (late is SemaphoreFullException or ObjectDisposedException)
        {
            // It is awake already, or gone.
        }
    }
}
