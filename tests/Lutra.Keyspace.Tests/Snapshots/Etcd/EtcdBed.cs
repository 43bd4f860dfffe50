using Lutra.Keyspace.Snapshots.Etcd;
using Lutra.Raft;
using Lutra.Storage.Files;

namespace Lutra.Keyspace.Tests.Snapshots.Etcd;

/// <summary>Snapshots in etcd's form, taken from a bed and restored into another.</summary>
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

    public static IFile OnDisk(ReadOnlySpan<byte> snapshot) => SnapshotBed.FolderWith(snapshot).Open(SnapshotBed.Path, writable: false);

    public static EtcdSnapshotContents Check(ReadOnlySpan<byte> snapshot, bool skipHashCheck = false)
    {
        using var file = OnDisk(snapshot);
        return EtcdSnapshotFile.Check(file, skipHashCheck, _ => { });
    }

    public static KeyspaceBed Restore(ReadOnlySpan<byte> snapshot, long jump = 0, bool skipHashCheck = false)
    {
        using var file = OnDisk(snapshot);
        return Replay(EtcdSnapshotFile.Check(file, skipHashCheck, _ => { }), file, jump);
    }

    public static KeyspaceBed Replay(EtcdSnapshotContents contents, IFile file, long jump)
    {
        var bed = new KeyspaceBed(KeyspaceBed.Small);
        try
        {
            using var replay = new EtcdReplay(contents, file, bed.Tables, jump);
            while (replay.Step())
                bed.Scheduler.RunUntilIdle();
            bed.Store.Reload();

            // What the tables contain is in no log.
            for (var index = LogIndex.Zero.Next; index <= replay.Position.Index; index = index.Next)
                bed.Log.Add(new Entry(index, replay.Position.Term, EntryKind.Empty, default));
            Assert.Equal((replay.Position, replay.Revision, replay.Keys, replay.Leases), (bed.Store.Applied, bed.Store.Revision, bed.Store.Counts.Keys, bed.Store.Counts.Leases));
            return bed;
        }
        catch
        {
            bed.Dispose();
            throw;
        }
    }
}
