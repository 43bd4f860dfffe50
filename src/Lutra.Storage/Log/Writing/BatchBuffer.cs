using Lutra.Raft;
using Lutra.Storage.Log.Format;
using Lutra.Storage.Log.Segments;

namespace Lutra.Storage.Log.Writing;

/// <summary>
/// The bytes of one write and what is to be known of it once it is durable. One buffer, used again for every batch; it grows to what a
/// batch needs, at most the largest write plus one entry.
/// </summary>
internal sealed class BatchBuffer(LogIdentity identity)
{
    private const int FirstBytes = 64 * 1024;

    private readonly IndexPoints indexPoints = new();
    private byte[] bytes = new byte[FirstBytes];
    private int lastRecord;
    private uint seed;

    public Segment Segment { get; private set; } = null!;

    /// <summary>Where in the segment the batch begins.</summary>
    public int Offset { get; private set; }

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Bytes => bytes.AsMemory(0, Length);

    public int Entries { get; private set; }

    public LogPosition Last { get; private set; }

    /// <summary>How many of its entries replace earlier ones.</summary>
    public int Replacements { get; private set; }

    public List<EntryIndex.Point> Points { get; } = [];

    public ulong Batch { get; private set; }

    /// <summary>The checksum field of the last record: the link of the next.</summary>
    public uint Link { get; private set; }

    public void Begin(ulong batch, Segment segment, int offset, uint link, LogPosition last)
    {
        (Batch, Segment, Offset, Link, Last) = (batch, segment, offset, link, last);
        seed = identity.Seed(segment.Number);
        Length = 0;
        Replacements = 0;
        Entries = 0;
        Points.Clear();
    }

    /// <summary>Begins a segment: its header goes before the first entry.</summary>
    public void AddSegmentHeader(LogPosition firstEntry)
    {
        new SegmentHeader(identity, Segment.Number, firstEntry, Link, Batch).Write(bytes);
        Segment.FirstBatch = Batch;
        Length = SegmentHeader.SizeBytes;
    }

    public void Add(in Entry entry)
    {
        var size = RecordHeader.RecordBytes(entry.Payload.Length);
        if (bytes.Length < Length + size)
            Array.Resize(ref bytes, Math.Max(Length + size, bytes.Length * 2));
        Link = RecordHeader.WriteRecord(bytes.AsSpan(Length), entry, Batch, endsBatch: false, Link, seed);
        if (indexPoints.Needs(entry.Index.Value, Segment, Offset + Length))
            Points.Add(new EntryIndex.Point(entry.Index.Value, Segment, Offset + Length));
        if (entry.Index <= Last.Index)
            Replacements++;
        lastRecord = Length;
        Length += size;
        Last = entry.Position;
        Entries++;
    }

    public void End() => Link = RecordHeader.EndBatch(bytes.AsSpan(lastRecord), seed);
}
