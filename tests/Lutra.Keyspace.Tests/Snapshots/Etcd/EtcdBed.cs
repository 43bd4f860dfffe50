using Lutra.Keyspace.Snapshots.Etcd;

namespace Lutra.Keyspace.Tests.Snapshots.Etcd;

/// <summary>Snapshots in etcd's form, taken from a bed.</summary>
internal static class EtcdBed
{
    public static byte[] Save(KeyspaceBed bed)
    {
        using var view = bed.Store.Pin();
        using var writer = new EtcdSnapshotWriter(view);
        while (writer.Measure())
        {
            // The next thousand.
        }
        List<byte> bytes = [];
        while (writer.Next())
            bytes.AddRange(writer.Piece.Span);
        Assert.Equal(writer.ImageBytes + 32, bytes.Count);
        return [.. bytes];
    }
}
