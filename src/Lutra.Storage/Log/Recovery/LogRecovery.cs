using Lutra.Raft;
using Lutra.Storage.Files;
using Lutra.Storage.Log.Format;
using Lutra.Storage.Log.Segments;
using Lutra.Storage.Log.Slots;

namespace Lutra.Storage.Log.Recovery;

/// <summary>
/// Opens what is on disk: reads every segment from the start on, batch by batch. A batch counts whole or not at all. Where the batches
/// stop, <see cref="Tail"/> decides between the end, a torn write and damage.
/// </summary>
internal sealed class LogRecovery
{
    private readonly IFiles files;
    private readonly LogIdentity identity;
    private readonly LogOptions options;
    private readonly List<Segment> opened = [];
    private readonly EntryIndex index = new();
    private readonly IndexPoints indexPoints = new();
    private readonly List<(RecordHeader Header, long Offset)> batch = [];
    private LogStart start;
    private TermRuns terms = new(LogPosition.Zero);
    private ulong lastBatch;
    private uint link;
    private long lastBatchOffset;

    private LogRecovery(IFiles files, LogIdentity identity, LogOptions options) =>
        (this.files, this.identity, this.options) = (files, identity, options);

    public static RecoveredLog Run(IFiles files, LogIdentity identity, LogOptions options)
    {
        NewLog.CreateUnlessThere(files, identity);
        return new LogRecovery(files, identity, options).Open();
    }

    private RecoveredLog Open()
    {
        List<IDisposable> slots = [];
        try
        {
            if (!files.Exists(HardStateFile.Path))
                throw new DamagedFileException($"{files.Location}/{HardStateFile.Path}", 0, "it is missing: this node no longer knows whom it voted for");
            var hardState = HardStateFile.Open(files, identity);
            slots.Add(hardState);
            var startFile = SlotFile.Open(files, LogStart.Path, LogStart.Magic, identity, LogStart.ValueBytes);
            slots.Add(startFile);
            var confirmed = ConfirmedBatches.Open(files, identity);
            slots.Add(confirmed);
            start = LogStart.Read(startFile.Value);
            (terms, lastBatch) = (new TermRuns(start.Position), start.Batches);

            if (files.Exists(SegmentName.Unfinished))
            {
                Marks.UnfinishedSegmentDeleted.Hit();
                files.Delete(SegmentName.Unfinished);
            }
            var leftovers = OpenSegments();
            var (used, endOffset) = ReadAll();
            var tail = new Tail(files, identity, opened, used, endOffset, lastBatch, confirmed.Batches);
            tail.Settle();
            // A segment whose first batch was torn is a spare again.
            if (used > 0)
                MakeDurable(opened[used - 1], endOffset);
            confirmed.Write(lastBatch, sync: true);
            files.SyncDirectory(SegmentName.Folder);
            DropSparesOfOtherSizes(used);
            return new RecoveredLog(
                hardState, startFile, confirmed, start, opened[..used], index, terms, (int)endOffset, lastBatch, link, opened[used..], leftovers);
        }
        catch
        {
            foreach (var file in slots)
                file.Dispose();
            foreach (var segment in opened)
                segment.File.Dispose();
            throw;
        }
    }

    private List<Segment> OpenSegments()
    {
        List<Segment> leftovers = [];
        foreach (var name in files.List(SegmentName.Folder))
        {
            if (!SegmentName.TryParse(name, out var number))
                continue;
            var path = SegmentName.PathOf(number);
            var file = files.Open(path, writable: true);
            var length = file.Length;
            if (number < start.Segment)
            {
                Marks.CutSegmentLeftOver.Hit();
                leftovers.Add(new Segment(number, file, (int)Math.Min(length, int.MaxValue)));
                continue;
            }
            opened.Add(new Segment(number, file, (int)Math.Min(length, int.MaxValue)));
            var expected = start.Segment + (ulong)opened.Count - 1;
            if (number != expected)
                throw new DamagedFileException($"{files.Location}/{SegmentName.PathOf(expected)}", 0, "this segment of the log is missing");
            if (length < SegmentHeader.SizeBytes || length > int.MaxValue)
                throw new DamagedFileException(file.Path, length, "this is no length of a segment");
        }
        return leftovers;
    }

    /// <summary>How many segments hold batches, and where they end in the last of those.</summary>
    private (int Used, long EndOffset) ReadAll()
    {
        long end = 0;
        for (var at = 0; at < opened.Count; at++)
        {
            if (ReadHeader(opened[at]) is not { } header)
                return (at, end);
            if (at == 0)
                link = header.PreviousChecksum;
            if (header.FirstBatch != lastBatch + 1 || header.PreviousChecksum != link)
            {
                throw at == 0
                    ? new DamagedFileException(opened[0].File.Path, 72, $"it begins with batch {header.FirstBatch}; the log begins with {lastBatch + 1}")
                    : new DamagedFileException(opened[at - 1].File.Path, end, $"the next segment begins with batch {header.FirstBatch}, and this one ends after {lastBatch}");
            }
            opened[at].FirstBatch = header.FirstBatch;
            var batchesBefore = lastBatch;
            var endHere = ReadBatches(opened[at], at == 0 ? start.FirstOffset : 0);
            // A header without a whole batch belongs to a batch that did not come to be.
            if (lastBatch == batchesBefore)
            {
                Marks.HeaderWithoutBatch.Hit();
                return (at, end);
            }
            end = endHere;
        }
        return (opened.Count, end);
    }

    /// <summary>
    /// The options changed, or somebody cut a spare short: a spare is worth nothing, so it is made anew. From the last on, each durably,
    /// so that no crash leaves a gap in the numbers.
    /// </summary>
    private void DropSparesOfOtherSizes(int used)
    {
        var firstOther = opened.FindIndex(used, segment => segment.SizeBytes != options.SizeOf(segment.Number));
        while (firstOther >= 0 && opened.Count > firstOther)
        {
            Marks.SpareOfOtherSize.Hit();
            opened[^1].File.Dispose();
            files.Delete(SegmentName.PathOf(opened[^1].Number));
            files.SyncDirectory(SegmentName.Folder);
            opened.RemoveAt(opened.Count - 1);
        }
    }

    private SegmentHeader? ReadHeader(Segment segment)
    {
        Span<byte> bytes = stackalloc byte[SegmentHeader.SizeBytes];
        return SegmentHeader.Read(bytes[..segment.File.Read(bytes, 0)], identity, segment.Number, segment.File.Path);
    }

    /// <summary>Takes every whole batch of a segment; returns where they end.</summary>
    private long ReadBatches(Segment segment, long firstOffset)
    {
        var scanner = new RecordScanner(segment.File, identity.Seed(segment.Number), SegmentHeader.SizeBytes, segment.SizeBytes, keepsPayloads: false);
        var previous = link;
        long end = SegmentHeader.SizeBytes;
        batch.Clear();
        while (true)
        {
            var offset = scanner.Offset;
            if (!scanner.TryRead(out var header, out _) || header.Previous != previous || header.Batch != lastBatch + 1)
                return end;
            previous = header.Checksum;
            batch.Add((header, offset));
            if (!header.EndsBatch)
                continue;
            foreach (var (record, at) in batch)
            {
                if (at >= firstOffset)
                    Take(record, segment, at);
            }
            lastBatchOffset = batch[0].Offset;
            batch.Clear();
            lastBatch++;
            (link, end) = (previous, scanner.Offset);
        }
    }

    private void Take(RecordHeader record, Segment segment, long offset)
    {
        if (record.Index > terms.Last.Index.Value + 1 || record.Index <= terms.Start.Index.Value)
        {
            throw new DamagedFileException(
                segment.File.Path, offset, $"entry {record.Position} does not follow {terms.Last} in a log that begins after {terms.Start}");
        }
        terms.Append(record.Position);
        if (indexPoints.Needs(record.Index, segment, (int)offset))
            index.Add(new EntryIndex.Point(record.Index, segment, (int)offset));
    }

    /// <summary>
    /// The last batch may be in the kernel's cache only: the process may have died before its sync, or after a sync that failed and left
    /// the pages marked clean (pitfall D02). So it is written again and synced before anything counts on it.
    /// </summary>
    /// <remarks>It is read anew for that, so it is checked anew: a byte that this read alone brought would be damage on the disk from then on (pitfall D05).</remarks>
    private void MakeDurable(Segment segment, long endOffset)
    {
        if (lastBatchOffset == SegmentHeader.SizeBytes)
            WriteHeaderAgain(segment);
        var seed = identity.Seed(segment.Number);
        var scanner = new RecordScanner(segment.File, seed, lastBatchOffset, endOffset, keepsPayloads: false);
        byte[] record = [];
        while (scanner.Offset < endOffset)
        {
            var offset = scanner.Offset;
            if (!scanner.TryRead(out var header, out var payload) || header.Batch != lastBatch)
                throw new DamagedFileException(segment.File.Path, offset, "a record that was whole is read as another");
            var sizeBytes = RecordHeader.RecordBytes(payload.Length);
            if (record.Length < sizeBytes)
                record = new byte[sizeBytes];
            var entry = new Entry(header.Position.Index, header.Position.Term, header.Kind, payload);
            RecordHeader.WriteRecord(record, entry, header.Batch, header.EndsBatch, header.Previous, seed);
            segment.File.Write(record.AsSpan(0, sizeBytes), offset);
        }
        segment.File.Sync();
    }

    private void WriteHeaderAgain(Segment segment)
    {
        Span<byte> bytes = stackalloc byte[SegmentHeader.SizeBytes];
        var header = ReadHeader(segment) ?? throw new DamagedFileException(segment.File.Path, 0, "a header that was whole is read as none");
        header.Write(bytes);
        segment.File.Write(bytes, 0);
    }
}
