using Lutra.Raft;
using Lutra.Storage.Files;
using Lutra.Storage.Log.Format;
using Lutra.Storage.Log.Recovery;
using Lutra.Storage.Log.Segments;
using Lutra.Storage.Log.Slots;
using Lutra.Storage.Measures;

namespace Lutra.Storage.Log.Writing;

/// <summary>
/// Writes what the queue holds, one request at a time: first a hard state, then a reset or a cut, then as many entries as one write
/// takes. What comes while a request is on its way waits for the next (group commit). The first failure is the last thing it does
/// (pitfall D02).
/// </summary>
internal sealed class LogWriter
{
    private readonly AppendQueue queue;
    private readonly DurableLog durable;
    private readonly SpareSegments spares;
    private readonly IFiles files;
    private readonly LogOptions options;
    private readonly LogEvents events;
    private readonly LogMeasures? measures;
    private readonly Action wake;
    private readonly Action<LogStart, int> cutDone;
    private readonly Func<LogIndex, int, Term?> termAt;
    private readonly SlotFile hardStateFile;
    private readonly SlotFile startFile;
    private readonly ConfirmedBatches confirmed;
    private readonly BatchBuffer batch;

    private Segment? current;
    private int offset;
    private ulong lastBatch;
    private uint link;
    private LogPosition last;
    private int epoch;
    private HardState pendingHardState;
    private LogStart pendingStart;
    private AppendQueue.QueuedReset? pendingReset;
    private bool isSubmitting;
    private long batchBegan;
    private volatile bool isBusy;
    private volatile bool hasFailed;
    private long roomInCurrent;

    /// <param name="wake">Makes the writer's stage step.</param>
    /// <param name="termAt">The term of a durable entry, or null where that epoch is over.</param>
    /// <param name="cutDone">A cut is durable; it was found in this epoch.</param>
    public LogWriter(
        AppendQueue queue, DurableLog durable, SpareSegments spares, IFiles files, LogIdentity identity, LogOptions options, LogEvents events,
        LogMeasures? measures, RecoveredLog recovered, Action wake, Func<LogIndex, int, Term?> termAt, Action<LogStart, int> cutDone)
    {
        (this.queue, this.durable, this.spares, this.files, this.options, this.events) = (queue, durable, spares, files, options, events);
        (this.measures, this.wake, this.termAt, this.cutDone) = (measures, wake, termAt, cutDone);
        (hardStateFile, startFile, confirmed) = (recovered.HardState, recovered.StartFile, recovered.Confirmed);
        (current, offset, lastBatch, link) = (recovered.Segments.Count > 0 ? recovered.Segments[^1] : null, recovered.EndOffset, recovered.LastBatch, recovered.Link);
        last = recovered.Terms.Last;
        batch = new BatchBuffer(identity);
        NoteRoom();
    }

    /// <summary>What the segment in use can still hold.</summary>
    public long RoomInCurrentBytes => Interlocked.Read(ref roomInCurrent);

    public bool Step()
    {
        if (isBusy || hasFailed)
            return false;
        var submitted = TrySubmitHardState() || TrySubmitReset() || TrySubmitCut() || TrySubmitEntries();
        return submitted && !isBusy && !hasFailed && queue.HasWork;
    }

    /// <summary>Nothing is written any more; told once. Also called where a segment could not be made.</summary>
    public void Fail(DiskException failure)
    {
        if (!Interlocked.Exchange(ref hasFailed, true))
        {
            Marks.LogWriteFailed.Hit();
            events.Failed(failure);
        }
    }

    public void Close()
    {
        if (!hasFailed && !isBusy)
            confirmed.Write(lastBatch, sync: true);
        hardStateFile.Dispose();
        startFile.Dispose();
        confirmed.Dispose();
        current?.File.Dispose();
        hasFailed = true;
    }

    private bool TrySubmitHardState()
    {
        if (queue.TakeHardState() is not { } hardState)
            return false;
        pendingHardState = hardState;
        Span<byte> value = stackalloc byte[HardStateFile.ValueBytes];
        HardStateFile.Write(value, hardState);
        Submit(hardStateFile.Change(value, sync: true, OnHardStateWritten));
        return true;
    }

    private bool TrySubmitReset()
    {
        if (queue.TakeReset() is not { } reset)
            return false;
        pendingReset = reset;
        SubmitStart(new LogStart(spares.LastTaken + 1, 0, reset.Start, lastBatch), OnResetWritten);
        return true;
    }

    private bool TrySubmitCut()
    {
        if (queue.TakeCut() is not { } upTo || durable.FindCut(upTo.Index) is not { } cut || termAt(cut.Start, epoch) is not { } term)
            return false;
        SubmitStart(
            new LogStart(cut.First.Number, cut.FirstEntry?.Offset ?? 0, new LogPosition(cut.Start, term), cut.First.FirstBatch - 1), OnCutWritten);
        return true;
    }

    private bool TrySubmitEntries()
    {
        if (!queue.TryPeek(out var entry))
            return false;
        var size = RecordHeader.RecordBytes(entry.Payload.Length);
        if (current is null || offset + size > current.SizeBytes)
        {
            // The stage that makes segments wakes this one when it has one.
            if (!spares.TryTake(out var next))
            {
                Marks.WriterWaitsForSegment.Hit();
                return false;
            }
            Marks.SegmentBegun.Hit();
            (current, offset) = (next, 0);
        }
        batch.Begin(lastBatch + 1, current, offset, link, last);
        if (offset == 0)
            batch.AddSegmentHeader(entry.Position);
        var first = entry.Index;
        do
        {
            batch.Add(entry);
            queue.RemovePeeked(size);
            if (!queue.TryPeek(out entry))
                break;
            size = RecordHeader.RecordBytes(entry.Payload.Length);
        }
        while (offset + batch.Length + size <= current.SizeBytes && batch.Length + size <= options.WriteBytesMax);
        Marks.GroupCommit.HitIf(batch.Last.Index != first);
        batch.End();
        batchBegan = measures?.Sync.Start() ?? 0;
        Submit(new DiskRequest(current.File, batch.Bytes, offset, Sync: true, OnBatchWritten));
        return true;
    }

    private void SubmitStart(LogStart start, Action<DiskException?> completed)
    {
        pendingStart = start;
        Span<byte> value = stackalloc byte[LogStart.ValueBytes];
        start.Write(value);
        Submit(startFile.Change(value, sync: true, completed));
    }

    private void Submit(DiskRequest request)
    {
        isBusy = true;
        isSubmitting = true;
        try
        {
            files.Submit(request);
        }
        finally
        {
            isSubmitting = false;
        }
    }

    private void OnHardStateWritten(DiskException? failure)
    {
        if (TryGoOn(failure))
            events.HardStatePersisted(pendingHardState);
        Done();
    }

    private void OnResetWritten(DiskException? failure)
    {
        if (TryGoOn(failure))
        {
            var reset = pendingReset!;
            Marks.LogReset.Hit();
            IEnumerable<Segment> gone = current is null || reset.Gone.Contains(current) ? reset.Gone : [.. reset.Gone, current];
            (pendingReset, current, offset, last, epoch) = (null, null, 0, reset.Start, reset.Epoch);
            NoteRoom();
            durable.DropAll(gone);
            events.StartMoved(reset.Start);
        }
        Done();
    }

    private void OnCutWritten(DiskException? failure)
    {
        if (TryGoOn(failure))
        {
            Marks.LogCut.Hit();
            cutDone(pendingStart, epoch);
        }
        Done();
    }

    private void OnBatchWritten(DiskException? failure)
    {
        if (TryGoOn(failure))
        {
            Measure();
            offset += batch.Length;
            (lastBatch, link, last) = (batch.Batch, batch.Link, batch.Last);
            NoteRoom();
            Marks.EntriesReplacedOnDisk.HitIf(batch.Replacements > 0);
            if (durable.Extend(epoch, batch.Segment, batch.Points, last.Index, batch.Replacements))
                events.Persisted(last);
            else
                Marks.BatchOfEarlierEpochDropped.Hit();
            // While more waits, the next batch is the proof that this one was durable.
            if (!queue.HasWork)
                Confirm();
        }
        Done();
    }

    private void Measure()
    {
        if (measures is null)
            return;
        measures.Sync.Stop(batchBegan);
        measures.Entries.Add(batch.Entries);
        measures.Bytes.Add(batch.Length);
    }

    private void Confirm()
    {
        try
        {
            confirmed.Write(lastBatch, sync: false);
        }
        catch (DiskException failure)
        {
            Fail(failure);
        }
    }

    private bool TryGoOn(DiskException? failure)
    {
        if (failure is not null)
            Fail(failure);
        return !hasFailed;
    }

    private void Done()
    {
        isBusy = false;
        // A completion inside Submit leaves it to Step to go on.
        if (!isSubmitting && !hasFailed)
            wake();
    }

    private void NoteRoom() => Interlocked.Exchange(ref roomInCurrent, current is null ? 0 : current.SizeBytes - offset);
}
