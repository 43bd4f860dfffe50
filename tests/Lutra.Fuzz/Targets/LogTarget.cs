using System.Buffers.Binary;
using Lutra.Raft;
using Lutra.Simulation.Scheduling;
using Lutra.Storage.Checksums;
using Lutra.Storage.Files;
using Lutra.Storage.Log;
using Lutra.Storage.Log.Format;

namespace Lutra.Fuzz.Targets;

/// <summary>One file of a log's folder (the input's first byte says which), beside the others as they should be; then the log is read.</summary>
internal sealed class LogTarget : FuzzTarget
{
    private const int CopyBytes = 4096;
    private const int CopyHeaderBytes = 24;

    private static readonly LogIdentity identity = new(new ClusterId(7), new NodeId(1));
    private static readonly LogOptions options = new(SegmentSizeBytes: 4096, SpareSegments: 1, WriteBytesMax: 4096);

    private readonly (string Path, byte[] Bytes)[] good = MakeLog();

    public override string Name => "log";

    public override int Share => 8;

    public override byte[] Example(Random random)
    {
        var file = random.Next(good.Length);
        return [(byte)file, .. good[file].Bytes];
    }

    public override byte[] Seal(byte[] input)
    {
        if (input.Length == 0)
            return input;
        var path = good[input[0] % good.Length].Path;
        var bytes = input.AsSpan(1);
        if (path.EndsWith(".log", StringComparison.Ordinal))
            SealSegment(bytes);
        else
            SealSlots(bytes, path switch { "log/start" => 40, "log/hard-state" => 16, _ => 8 });
        return input;
    }

    public override void Parse(byte[] input)
    {
        if (input.Length == 0)
            return;
        var files = Bed(() => FilesWith(input));
        using var log = Open(files, new SimulatedScheduler(1));
        for (var next = log.Start.Index.Next; next <= log.Last.Index;)
        {
            var entries = log.Read(next, log.Last.Index, 2000);
            if (entries.Count == 0)
                break;
            next = entries[^1].Index.Next;
        }
    }

    public override bool IsDeclared(Exception exception) => exception is DiskException;

    private MemoryFiles FilesWith(byte[] input)
    {
        var files = new MemoryFiles();
        foreach (var (path, bytes) in good)
            files[path] = (byte[])bytes.Clone();
        files[good[input[0] % good.Length].Path] = input[1..];
        return files;
    }

    private static void SealSegment(Span<byte> bytes)
    {
        if (bytes.Length < SegmentHeader.SizeBytes || bytes[0] == 0)
            return;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[12..], Crc32C.Extend(Crc32C.Compute(bytes[..12]), bytes[16..SegmentHeader.UsedBytes]));
        var seed = identity.Seed(BinaryPrimitives.ReadUInt64LittleEndian(bytes[40..]));
        var previous = BinaryPrimitives.ReadUInt32LittleEndian(bytes[64..]);
        for (var at = SegmentHeader.SizeBytes; at + RecordHeader.OverheadBytesMax <= bytes.Length && bytes[at + 47] != 0;)
        {
            var record = bytes[at..];
            var length = BinaryPrimitives.ReadInt32LittleEndian(record[12..]);
            if (length >= 0 && length <= record.Length - RecordHeader.OverheadBytesMax)
                BinaryPrimitives.WriteUInt32LittleEndian(record[4..], Crc32C.Extend(seed, record.Slice(RecordHeader.SizeBytes, length)));
            BinaryPrimitives.WriteUInt32LittleEndian(record[8..], previous);
            previous = Crc32C.Extend(seed, record[4..RecordHeader.SizeBytes]);
            BinaryPrimitives.WriteUInt32LittleEndian(record, previous);
            if (length < 0 || length > record.Length - RecordHeader.OverheadBytesMax)
                return;
            at += RecordHeader.RecordBytes(length);
        }
    }

    // Four copies of one value. Those that were never written stay zeros.
    private static void SealSlots(Span<byte> bytes, int valueBytes)
    {
        for (var offset = 0; offset + CopyBytes <= bytes.Length; offset += CopyBytes)
        {
            var copy = bytes.Slice(offset, CopyHeaderBytes + valueBytes);
            if (copy.ContainsAnyExcept((byte)0))
                BinaryPrimitives.WriteUInt32LittleEndian(copy[12..], Crc32C.Extend(Crc32C.Extend(identity.Seed(0), copy[..12]), copy[16..]));
        }
    }

    private static ReplicatedLog Open(IFiles files, SimulatedScheduler scheduler) => ReplicatedLog.Open(
        files, scheduler.StartProcess("node"), identity, options, new LogEvents(_ => { }, _ => { }, failure => throw failure, _ => { }));

    private static (string Path, byte[] Bytes)[] MakeLog()
    {
        var files = new MemoryFiles();
        var scheduler = new SimulatedScheduler(1);
        using var log = Open(files, scheduler);
        for (ulong index = 1; index <= 60; index++)
        {
            log.Append(
                new HardState(new Term(1 + (index / 20)), new NodeId(1)),
                [new Entry(new LogIndex(index), new Term(1 + (index / 20)), EntryKind.Command, new byte[index * 3])]);
            scheduler.RunUntilIdle();
        }

        log.Cut(new LogPosition(new LogIndex(20), new Term(2)));
        scheduler.RunUntilIdle();
        return [.. files.List("log").Select(name => ($"log/{name}", files[$"log/{name}"]))];
    }
}
