using System.Buffers.Binary;
using Lutra.Raft;
using Lutra.Simulation.Disk;
using Lutra.Simulation.Runs.Invariants;
using Lutra.Storage.Log;
using Lutra.Storage.Log.Format;
using Lutra.Storage.Log.Slots;

namespace Lutra.Simulation.Runs.Faults;

/// <summary>
/// A process dies, all that it wrote comes to the disk, and then the last sector of its log turns out to be empty: what an interrupted write leaves too, but
/// here the log itself says that it was durable. The node must refuse that log (pitfall D03), or it forgets what others count on.
/// </summary>
internal sealed class LostSectorFault(FaultSetting setting)
    : RecurringFault(setting, Title, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(60))
{
    public const string Title = "lost-sector";

    public override void Strike()
    {
        var node = Setting.AnyNode(Random);
        if (!node.IsUp || !Setting.Operator.IsSound(node))
            return;
        node.Kill();
        node.Disk.WriteBack();
        if (LastConfirmedSector(node.Disk) is { } sector && Setting.Operator.MayDamage(node))
        {
            Setting.Note(node, $"killed, and sector {sector.Number} of {sector.Path}, the end of its log, is lost");
            Empty(node.Disk, sector.Path, sector.Number);
            Setting.Operator.MustRefuse(node);
        }
        else
        {
            Setting.Note(node, "killed");
        }

        Setting.Operator.StartLater(node);
    }

    /// <summary>Where the log's last record ends; null where that is not known to be durable, or nothing was written since the log began where it begins.</summary>
    private static (string Path, int Number)? LastConfirmedSector(SimulatedDisk disk)
    {
        var files = disk.Image.Current.Files;
        Span<byte> start = stackalloc byte[LogStart.ValueBytes];
        Span<byte> confirmed = stackalloc byte[sizeof(ulong)];
        if (!files.TryGetValue(LogStart.Path, out var startFile) || !SlotsOnDisk.TryRead(startFile, start)
            || !files.TryGetValue(ConfirmedBatches.Path, out var confirmedFile) || !SlotsOnDisk.TryRead(confirmedFile, confirmed))
            return null;

        var newest = files.Keys.LastOrDefault(path => IsSegment(path) && IsBegun(files[path]));
        if (newest is null)
            return null;
        var (segment, batch, end) = ReadToItsEnd(files[newest]);
        if (segment < LogStart.Read(start).Segment || end == SegmentHeader.SizeBytes || batch != BinaryPrimitives.ReadUInt64LittleEndian(confirmed))
            return null;
        return (newest, (int)((end - 1) / FileImage.SectorBytes));
    }

    internal static bool IsSegment(string path) => path.EndsWith(".log", StringComparison.Ordinal);

    internal static bool IsBegun(FileImage file)
    {
        Span<byte> first = stackalloc byte[sizeof(ulong)];
        return file.Read(first, 0) == first.Length && first.ContainsAnyExcept((byte)0);
    }

    private static (ulong Segment, ulong Batch, long End) ReadToItsEnd(FileImage file)
    {
        Span<byte> first = stackalloc byte[SegmentHeader.UsedBytes];
        file.Read(first, 0);
        var identity = new LogIdentity(
            new ClusterId(BinaryPrimitives.ReadUInt128LittleEndian(first[16..])), new NodeId(BinaryPrimitives.ReadUInt64LittleEndian(first[32..])));
        var number = BinaryPrimitives.ReadUInt64LittleEndian(first[40..]);
        Span<byte> bytes = stackalloc byte[RecordHeader.SizeBytes];
        var (batch, end) = (0ul, (long)SegmentHeader.SizeBytes);
        while (file.Read(bytes, end) == bytes.Length && RecordHeader.TryRead(bytes, identity.Seed(number), out var record))
        {
            batch = record.Batch;
            end += RecordHeader.RecordBytes(record.PayloadLength);
        }

        return (number, batch, end);
    }

    private static void Empty(SimulatedDisk disk, string path, int sector)
    {
        var bytes = disk.ReadAll(path).AsSpan(sector * FileImage.SectorBytes, FileImage.SectorBytes);
        for (var at = 0; at < bytes.Length; at++)
        {
            if (bytes[at] != 0)
                disk.Corrupt(path, (sector * FileImage.SectorBytes) + at, bytes[at]);
        }
    }
}
