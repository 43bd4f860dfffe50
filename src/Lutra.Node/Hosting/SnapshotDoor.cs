using System.Runtime.CompilerServices;
using Lutra.Keyspace.Snapshots;
using Lutra.Node.Loop;

namespace Lutra.Node.Hosting;

/// <summary>
/// Snapshots of the running store: each reads a pinned state at its receiver's speed, on the receiver's thread. It holds one piece in memory, and the tables that it
/// still has to read on disk.
/// </summary>
internal sealed class SnapshotDoor(NodeHost host, NodeLoop loop, ReadDoor reads)
{
    /// <summary>The most at once: each keeps old tables from deletion for as long as it takes.</summary>
    public const int SnapshotsMax = 8;

    private int count;

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(ReadOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref count) > SnapshotsMax)
        {
            Interlocked.Decrement(ref count);
            throw new LutraException(LutraError.Overloaded, $"This node makes {SnapshotsMax} snapshots at a time already; try again when one has ended.");
        }
        try
        {
            if (options.Consistency == Consistency.Linearizable)
                await reads.UpToDate().AsTask().WaitAsync(cancellationToken);
            using var view = host.Pin();
            using var source = new SnapshotSource(view, loop.Replica!.Cluster, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
            using var writer = new SnapshotWriter(source);
            while (host.Damage.Read(writer, static each => each.Next()))
            {
                yield return writer.Chunk;
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            Interlocked.Decrement(ref count);
        }
    }
}
