using Lutra.Keyspace.Commands;
using Lutra.Keyspace.Snapshots;
using Lutra.Raft;
using Lutra.Simulation.Disk;
using Lutra.Simulation.Scheduling;
using Lutra.Storage.Files;

namespace Lutra.Keyspace.Tests.Snapshots;

/// <summary>Snapshots as files on a simulated disk, taken from a bed and restored into folders.</summary>
internal static class SnapshotBed
{
    public const string Path = "a.snapshot";

    public static readonly ClusterId Cluster = new(0xC1);

    /// <summary>A little of everything that a store holds: history, a deleted key, leases, sessions with answers, idempotency keys, members.</summary>
    public static KeyspaceBed Furnished()
    {
        var bed = new KeyspaceBed(KeyspaceBed.Small);
        bed.Do(new SetFeatureLevelCommand(1));
        bed.Append(Members().Encode(), EntryKind.Configuration);
        bed.Put("a", "old");
        bed.Put("a", "new");
        bed.Put("gone", "x");
        bed.Delete("gone");
        bed.Do(new GrantLeaseCommand(7, 60));
        bed.Do(new GrantLeaseCommand(8, 60));
        bed.Do(new GrantLeaseCommand(-9, 60));
        bed.Put("b", "leased", 7);
        bed.Put("n", "leased", -9);
        bed.Put("c", "freed", 8);
        bed.Put("c", "free");
        bed.Do(new RevokeLeaseCommand(8));
        bed.Do(new OpenSessionCommand(5, 60_000));
        bed.Do(new OpenSessionCommand(6, 60_000));
        bed.Do(new WriteCommand(Text.Put("s", "once")), session: 5, sequence: 1);
        bed.Do(new CloseSessionCommand(6));
        bed.Do(new WriteCommand(Text.Put("i", "once")), key: "idem");
        return bed;
    }

    public static Configuration Members() =>
        new([new Member(new MemberId(1), new NodeId(1), "1", "localhost:1", "localhost:2", MemberRole.Voter)], []);

    public static byte[] Save(KeyspaceBed bed)
    {
        using var view = bed.Store.Pin();
        using var source = new SnapshotSource(view, Cluster, nowMillis: 1_700_000_000_000);
        return ToBytes(source);
    }

    public static byte[] ToBytes(ISnapshotEntries entries)
    {
        using var writer = new SnapshotWriter(entries);
        List<byte> bytes = [];
        while (writer.Next())
            bytes.AddRange(writer.Chunk.Span);
        return [.. bytes];
    }

    /// <summary>A folder that holds nothing but this file.</summary>
    public static IFiles FolderWith(ReadOnlySpan<byte> snapshot)
    {
        var scheduler = new SimulatedScheduler(1);
        var disk = new SimulatedDisk(scheduler, "disk");
        disk.Plant(Path, snapshot);
        return disk.Mount(scheduler.StartProcess("tool"));
    }

    /// <summary>Every entry, as text; throws where the file is not whole.</summary>
    public static List<string> ReadAll(ReadOnlySpan<byte> snapshot)
    {
        using var file = FolderWith(snapshot).Open(Path, writable: false);
        using var reader = new SnapshotReader(file);
        List<string> entries = [];
        while (reader.Next())
            entries.Add($"{Convert.ToHexString(reader.Key)} {reader.Version} {Convert.ToHexString(reader.Value.Span)}");
        return entries;
    }

    /// <summary>A bed whose tables are what a restore of the snapshot makes.</summary>
    public static KeyspaceBed Restore(ReadOnlySpan<byte> snapshot, long jump = 1000)
    {
        var folder = FolderWith(snapshot);
        using var file = folder.Open(Path, writable: false);
        using var reader = new SnapshotReader(file);
        StateImport.Write(reader, folder, keyCountMax: 1000, jump);
        var bed = new KeyspaceBed(KeyspaceBed.Small);
        foreach (var name in folder.List("tables"))
        {
            using var made = folder.Open($"tables/{name}", writable: false);
            var bytes = new byte[made.Length];
            Assert.Equal(bytes.Length, made.Read(bytes, 0));
            bed.Disk.Plant($"tables/{name}", bytes);
        }
        bed.ReopenTables();
        return bed;
    }
}
