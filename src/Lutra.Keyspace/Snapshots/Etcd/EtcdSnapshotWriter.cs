using System.Buffers;
using System.Security.Cryptography;

namespace Lutra.Keyspace.Snapshots.Etcd;

/// <summary>
/// A pinned state as a snapshot of etcd's, a piece at a time: the image of its database, then the SHA-256 of that. How long it is is known only once it was measured, for
/// which everything is read a first time.
/// </summary>
public sealed class EtcdSnapshotWriter : IDisposable
{
    private const int PieceBytes = 64 * 1024;
    private const int RecordsAtOnce = 1000;

    private readonly KeyspaceView view;
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly ArrayBufferWriter<byte> piece = new(2 * PieceBytes);
    private EtcdImage image;
    private EtcdImageSize size;
    private bool isMeasured;
    private bool hasEnded;

    /// <param name="view">Outlasts this.</param>
    public EtcdSnapshotWriter(KeyspaceView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        this.view = view;
        image = new EtcdImage(view, target: null, measured: null);
    }

    /// <summary>The length of the image, without the hash; known once <see cref="Measure"/> has returned false.</summary>
    public long ImageBytes { get; private set; }

    /// <summary>The piece that <see cref="Next"/> made; holds until the next call.</summary>
    public ReadOnlyMemory<byte> Piece => piece.WrittenMemory;

    /// <summary>Counts on, a thousand records at a time; false when all is counted.</summary>
    public bool Measure()
    {
        if (isMeasured)
            return false;
        for (var records = 0; records < RecordsAtOnce; records++)
        {
            if (image.Step())
                continue;
            (size, ImageBytes, isMeasured) = (image.Size, image.LengthBytes, true);
            image.Dispose();
            image = new EtcdImage(view, piece, size);
            return false;
        }
        return true;
    }

    /// <summary>Makes the next piece of the image, of about 64 KiB, and at last the hash alone; false after that.</summary>
    public bool Next()
    {
        Invariant.Holds(isMeasured, "A file that names its own length is measured before it is written.");
        if (hasEnded)
            return false;
        piece.ResetWrittenCount();
        var more = true;
        while (more && piece.WrittenCount < PieceBytes)
            more = image.Step();
        if (piece.WrittenCount > 0)
        {
            hash.AppendData(piece.WrittenSpan);
            return true;
        }
        Invariant.Holds(image.Size == size, "A pinned state is the same each time.");
        hash.GetHashAndReset(piece.GetSpan(SHA256.HashSizeInBytes));
        piece.Advance(SHA256.HashSizeInBytes);
        return hasEnded = true;
    }

    public void Dispose()
    {
        image.Dispose();
        hash.Dispose();
    }
}
