using Lutra.Raft;

namespace Lutra.Node.Peers.Frames;

/// <summary>
/// AppendRequest: term, previous position, commit index, round, count of entries; for each entry its term, kind (u8) and payload. An entry's index is not
/// sent: entries follow the previous position without a gap. AppendAccepted: term, matched, round. AppendRejected: term, previous index, hint
/// position, round. All varints where nothing else is said.
/// </summary>
internal static class AppendCodec
{
    /// <summary>Bounds what the array of entries may cost before their bytes were read.</summary>
    public const int EntriesMax = 32 * 1024;

    private const int EntryBytesMin = 3;

    public static void Write(FrameWriter writer, AppendRequest request)
    {
        var entries = request.Entries.Span;
        if (entries.Length > EntriesMax)
            throw new InvalidOperationException($"{entries.Length} entries in one append, where at most {EntriesMax} are accepted.");

        writer.Begin(FrameKind.AppendRequest);
        writer.Term(request.Term);
        writer.Position(request.Previous);
        writer.Index(request.Commit);
        writer.Varint(request.Round);
        writer.Varint((ulong)entries.Length);
        var expected = request.Previous.Index.Next;
        foreach (ref readonly var entry in entries)
        {
            if (entry.Index != expected)
                throw new InvalidOperationException($"Entry {entry.Index} stands where {expected} must follow.");

            writer.Term(entry.Term);
            writer.Byte((byte)entry.Kind);
            writer.Bytes(entry.Payload.Span);
            expected = expected.Next;
        }
    }

    public static AppendRequest ReadRequest(ref FrameReader reader, NodeId from, NodeId to)
    {
        var term = reader.Term();
        var previous = reader.Position();
        var commit = reader.Index();
        var round = reader.Varint();
        var count = reader.Count(EntriesMax, EntryBytesMin);
        if (previous.Index.Value > ulong.MaxValue - (ulong)count)
            throw new MalformedFrameException($"{count} entries do not fit behind {previous}.");

        var entries = count == 0 ? [] : new Entry[count];
        var index = previous.Index.Next;
        foreach (ref var entry in entries.AsSpan())
        {
            var entryTerm = reader.Term();
            var kind = (EntryKind)reader.Byte();
            if (kind is not (EntryKind.Empty or EntryKind.Command or EntryKind.Configuration))
                throw new MalformedFrameException($"No entry has kind {(byte)kind}.");

            entry = new Entry(index, entryTerm, kind, reader.Bytes());
            index = index.Next;
        }

        return new AppendRequest(from, to, term, previous, entries, commit, round);
    }

    public static void Write(FrameWriter writer, AppendAccepted accepted)
    {
        writer.Begin(FrameKind.AppendAccepted);
        writer.Term(accepted.Term);
        writer.Index(accepted.Matched);
        writer.Varint(accepted.Round);
    }

    public static AppendAccepted ReadAccepted(ref FrameReader reader, NodeId from, NodeId to)
    {
        var term = reader.Term();
        var matched = reader.Index();
        return new AppendAccepted(from, to, term, matched, reader.Varint());
    }

    public static void Write(FrameWriter writer, AppendRejected rejected)
    {
        writer.Begin(FrameKind.AppendRejected);
        writer.Term(rejected.Term);
        writer.Index(rejected.Previous);
        writer.Position(rejected.Hint);
        writer.Varint(rejected.Round);
    }

    public static AppendRejected ReadRejected(ref FrameReader reader, NodeId from, NodeId to)
    {
        var term = reader.Term();
        var previous = reader.Index();
        var hint = reader.Position();
        return new AppendRejected(from, to, term, previous, hint, reader.Varint());
    }
}
