using System.Buffers.Binary;
using Lutra.Raft;
using Lutra.Simulation.Disk;
using Lutra.Storage.Log;
using Lutra.Storage.Log.Format;
using Lutra.Storage.Log.Slots;

namespace Lutra.Simulation.Runs.Invariants;

/// <summary>
/// What a node's log folder durably holds, read from the simulated disk itself each time that a sync has ended: what the node may promise, whatever it
/// believes (I10). It outlives a disk that is lost, because what was promised on it stands.
/// </summary>
internal sealed class DiskShadow(string label, WrittenEntries written)
{
    private readonly SortedDictionary<string, Cursor> segments = new(StringComparer.Ordinal);
    // The terms of the entries after the first position.
    private readonly List<Term> terms = [];
    private LogIndex start;

    /// <summary>Term and vote that are durable.</summary>
    public HardState HardState { get; private set; }

    /// <summary>The index of the last durable entry.</summary>
    public LogIndex Last => new(start.Value + (ulong)terms.Count);

    /// <summary>An entry on it contradicts what some disk held at the same position (I3); null: none does.</summary>
    public string? Contradiction { get; private set; }

    /// <summary>Whether this entry is durable here, or part of a state that is.</summary>
    public bool Holds(LogIndex index, Term term) => index <= start || (index <= Last && terms[(int)(index.Value - start.Value) - 1] == term);

    public void Synced(string path, FileImage file)
    {
        if (path == HardStateFile.Path)
        {
            Span<byte> value = stackalloc byte[HardStateFile.ValueBytes];
            if (SlotsOnDisk.TryRead(file, value))
                Promise(HardStateFile.Read(value));
        }
        else if (path == LogStart.Path)
        {
            Span<byte> value = stackalloc byte[LogStart.ValueBytes];
            if (SlotsOnDisk.TryRead(file, value))
                Begin(LogStart.Read(value).Position);
        }
        else if (path.EndsWith(".log", StringComparison.Ordinal))
        {
            ReadSegment(path, file);
        }
    }

    // What was promised stands, whatever a disk says that went back to an older copy.
    private void Promise(HardState found)
    {
        if (found.Covers(HardState))
            HardState = found;
    }

    private void ReadSegment(string path, FileImage file)
    {
        Span<byte> first = stackalloc byte[SegmentHeader.UsedBytes];
        file.Read(first, 0);
        if (BinaryPrimitives.ReadUInt64LittleEndian(first) == 0)
        {
            segments.Remove(path); // A spare.
            return;
        }

        if (!segments.TryGetValue(path, out var cursor))
        {
            var identity = new LogIdentity(
                new ClusterId(BinaryPrimitives.ReadUInt128LittleEndian(first[16..])), new NodeId(BinaryPrimitives.ReadUInt64LittleEndian(first[32..])));
            segments.Add(path, cursor = new Cursor(identity.Seed(BinaryPrimitives.ReadUInt64LittleEndian(first[40..]))));
        }

        Span<byte> bytes = stackalloc byte[RecordHeader.SizeBytes];
        while (file.Read(bytes, cursor.Offset) == bytes.Length && RecordHeader.TryRead(bytes, cursor.Seed, out var record))
        {
            Add(record);
            cursor.Offset += RecordHeader.RecordBytes(record.PayloadLength);
        }
    }

    private void Add(in RecordHeader record)
    {
        var position = record.Position;
        if (position.Index > Last.Next || position.Index <= start)
            Restart(position.Index.Previous);
        terms.RemoveRange((int)(position.Index.Value - start.Value) - 1, (int)(Last.Value - position.Index.Value) + 1);
        var before = terms.Count > 0 ? terms[^1] : (Term?)null;
        terms.Add(position.Term);
        Contradiction ??= written.Check(label, record, before);
    }

    // A cut keeps what follows; a reset does not, and shows by a position that the log does not hold.
    private void Begin(LogPosition position)
    {
        if (position.Index <= start)
            return;
        if (position.Index > Last || !Holds(position.Index, position.Term))
        {
            Restart(position.Index);
            return;
        }

        terms.RemoveRange(0, (int)(position.Index.Value - start.Value));
        start = position.Index;
    }

    private void Restart(LogIndex at)
    {
        terms.Clear();
        start = at;
    }

    private sealed class Cursor(uint seed)
    {
        public uint Seed => seed;

        public long Offset { get; set; } = SegmentHeader.SizeBytes;
    }
}
