using System.Runtime.CompilerServices;
using Lutra.Keyspace;
using Lutra.Keyspace.Snapshots;
using Lutra.Keyspace.Snapshots.Etcd;
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

    public IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(ReadOptions options, CancellationToken cancellationToken) =>
        AdmitAsync(options, Pieces, cancellationToken);

    public IAsyncEnumerable<EtcdSnapshotPiece> StreamEtcdAsync(ReadOptions options, CancellationToken cancellationToken) =>
        AdmitAsync(options, EtcdPieces, cancellationToken);

    private async IAsyncEnumerable<T> AdmitAsync<T>(
        ReadOptions options, Func<KeyspaceView, IEnumerable<T?>> make, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : struct
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
            foreach (var piece in make(view))
            {
                if (piece is { } made)
                    yield return made;
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            Interlocked.Decrement(ref count);
        }
    }

    private IEnumerable<ReadOnlyMemory<byte>?> Pieces(KeyspaceView view)
    {
        using var source = new SnapshotSource(view, loop.Replica!.Cluster, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        using var writer = new SnapshotWriter(source);
        while (host.Damage.Read(writer, static each => each.Next()))
            yield return writer.Chunk;
    }

    // Nothing comes while it is measured, but for the chance to give up.
    private IEnumerable<EtcdSnapshotPiece?> EtcdPieces(KeyspaceView view)
    {
        using var writer = new EtcdSnapshotWriter(view);
        while (host.Damage.Read(writer, static each => each.Measure()))
            yield return null;
        var leftBytes = writer.ImageBytes;
        while (host.Damage.Read(writer, static each => each.Next()))
        {
            leftBytes = Math.Max(0, leftBytes - writer.Piece.Length);
            yield return new EtcdSnapshotPiece(writer.Piece, leftBytes);
        }
    }
}

/// <param name="Bytes">Hold until the next.</param>
/// <param name="LeftBytes">How much of the image follows; the hash at the end does not count.</param>
public readonly record struct EtcdSnapshotPiece(ReadOnlyMemory<byte> Bytes, long LeftBytes);
