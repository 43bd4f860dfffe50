using Lutra.Storage.Files;
using Lutra.Storage.Log.Format;
using Lutra.Storage.Log.Segments;

namespace Lutra.Storage.Log.Recovery;

/// <summary>
/// What lies after the last whole batch: nothing, a torn write that was never acknowledged, or damage (pitfall D03, and
/// docs/decisions/torn-tail-or-damage.md). A write is begun only after the one before is durable, so only the one batch after the last
/// may be torn. It is dropped if nothing proves that it was whole: it is not confirmed; no record of a later batch exists; and it lacks
/// a part, as a write that did not reach the disk does, while damage leaves other bytes.
/// </summary>
/// <param name="used">How many segments hold whole batches; they end at <paramref name="endOffset"/> of the last of those.</param>
internal sealed class Tail(
    IFiles files, LogIdentity identity, IReadOnlyList<Segment> segments, int used, long endOffset, ulong lastBatch, ulong confirmedBatches)
{
    private const int ChunkBytes = 256 * 1024;

    public void Settle()
    {
        if (confirmedBatches > lastBatch)
        {
            Marks.ConfirmedBatchNotWhole.Hit();
            throw Damage($"batch {lastBatch + 1} was durable (as was all up to batch {confirmedBatches}) and is not whole");
        }
        Segment? torn = null;
        var (tornFrom, tornTo) = (0L, 0L);
        for (var at = Math.Max(0, used - 1); at < segments.Count; at++)
        {
            var from = at < used ? endOffset : 0;
            var written = FindWrittenEnd(segments[at], from);
            if (written == from)
                continue;
            if (at > used)
            {
                Marks.SpareCleared.Hit();
                ClearSpare(segments[at], written);
                continue;
            }
            if (torn is not null)
                throw Damage($"batch {lastBatch + 1} is not whole, and there are bytes after it in two segments");
            (torn, tornFrom, tornTo) = (segments[at], from, written);
        }
        if (torn is null)
            return;
        if (!LacksAPart(torn, tornFrom, tornTo))
        {
            Marks.WholeBatchFailsItsChecksums.Hit();
            throw new DamagedFileException(torn.File.Path, tornFrom, $"batch {lastBatch + 1} was written whole and fails its checksums");
        }
        Marks.TornTailDropped.Hit();
        Clear(torn, tornFrom, tornTo);
    }

    /// <summary>Where the last byte that is not zero ends; <paramref name="from"/> where all are. Throws where a record of a later batch lies there.</summary>
    private long FindWrittenEnd(Segment segment, long from)
    {
        var seed = identity.Seed(segment.Number);
        var buffer = new byte[(int)Math.Min(ChunkBytes, segment.SizeBytes - from) + RecordHeader.SizeBytes];
        var written = from;
        for (var chunk = from; chunk < segment.SizeBytes; chunk += ChunkBytes)
        {
            var bytes = buffer.AsSpan(0, segment.File.Read(buffer, chunk));
            var last = bytes.LastIndexOfAnyExcept((byte)0);
            if (last < 0)
                continue;
            written = chunk + last + 1;
            for (var at = bytes.IndexOfAnyExcept((byte)0) & ~7; at + RecordHeader.SizeBytes <= bytes.Length && at <= last; at += 8)
            {
                if (RecordHeader.TryRead(bytes[at..], seed, out var header) && header.Batch > lastBatch + 1)
                {
                    Marks.RecordOfLaterBatchFound.Hit();
                    throw Damage($"batch {lastBatch + 1} is not whole, and a record of batch {header.Batch} lies at byte {chunk + at} of {segment.File.Path}");
                }
            }
        }
        return written;
    }

    // Only the next segment can hold a torn batch. In one behind it, a stray byte is harmless and a header is proof of a later batch.
    private void ClearSpare(Segment segment, long written)
    {
        if (SegmentHeader.Read(ReadBytes(segment, 0, SegmentHeader.SizeBytes), identity, segment.Number, segment.File.Path) is not null)
            throw Damage($"batch {lastBatch + 1} is not whole, and segment {segment.Number} was begun after it");
        Clear(segment, 0, written);
    }

    private bool LacksAPart(Segment segment, long from, long to)
    {
        // So begins what an earlier recovery dropped and was not able to clear to its end; nothing that was ever written does.
        if (!ReadBytes(segment, from, sizeof(ulong)).AsSpan().ContainsAnyExcept((byte)0))
        {
            Marks.TornTailHalfCleared.Hit();
            return true;
        }
        if (from == 0)
        {
            var header = ReadBytes(segment, 0, SegmentHeader.SizeBytes);
            if (SegmentHeader.Read(header, identity, segment.Number, segment.File.Path) is null)
                return to < SegmentHeader.UsedBytes || !header.AsSpan().ContainsAnyExcept((byte)0);
            from = SegmentHeader.SizeBytes;
        }
        var scanner = new RecordScanner(segment.File, identity.Seed(segment.Number), from, segment.SizeBytes, keepsPayloads: false);
        while (scanner.TryRead(out var whole, out _))
        {
            if (whole.Batch != lastBatch + 1 || whole.EndsBatch)
                return false;
        }
        var bad = scanner.Offset;
        var length = scanner.TryReadHeader(out var record) ? RecordHeader.SizeBytes + record.PayloadLength + 1 : RecordHeader.SizeBytes;
        return to < bad + length || Sectors.AnyIsUnwritten(ReadBytes(segment, bad, length), bad);
    }

    private static void Clear(Segment segment, long from, long to)
    {
        var zeros = new byte[(int)Math.Min(to - from, ChunkBytes)];
        while (from < to)
        {
            var count = (int)Math.Min(zeros.Length, to - from);
            segment.File.Write(zeros.AsSpan(0, count), from);
            from += count;
        }
        segment.File.Sync();
    }

    private static byte[] ReadBytes(Segment segment, long offset, int count)
    {
        var bytes = new byte[count];
        segment.File.Read(bytes, offset);
        return bytes;
    }

    // Names the place where the batch should have been whole.
    private DamagedFileException Damage(string reason)
    {
        if (segments.Count == 0)
            return new DamagedFileException($"{files.Location}/{SegmentName.Folder}", 0, reason);
        var isInNext = used == 0 || (used < segments.Count && ReadBytes(segments[used], 0, SegmentHeader.SizeBytes).AsSpan().ContainsAnyExcept((byte)0));
        return isInNext
            ? new DamagedFileException(segments[used].File.Path, SegmentHeader.SizeBytes, reason)
            : new DamagedFileException(segments[used - 1].File.Path, endOffset, reason);
    }
}
