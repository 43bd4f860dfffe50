using Lutra.Storage.Files;
using Lutra.Storage.Log.Format;
using Lutra.Storage.Scheduling;

namespace Lutra.Storage.Log.Segments;

/// <summary>
/// Keeps segments ready for the writer: zero-filled and durable under their final names, so that the writer never waits for room and a
/// full disk shows here, before anything rests on it (pitfall D09). Segments that were cut are filled with zeros again and renamed: their
/// space is not given back and asked for anew. A stage of its own, in steps of 1 MiB.
/// </summary>
internal sealed class SpareSegments : IStage
{
    private const int StepBytes = 1024 * 1024;
    // Dirty pages beyond this would make a sync of the log wait for them.
    private const int SyncEveryBytes = 8 * StepBytes;
    // A full disk is asked again after 1, 2, 4, … calls of Retry, up to this many: each attempt writes until it fails.
    private const int RetryCallsMax = 64;

    private static readonly byte[] zeros = new byte[StepBytes];

    private readonly Lock gate = new();
    private readonly Queue<Segment> spares = new();
    private readonly Queue<Segment> dropped = new();
    private readonly IFiles files;
    private readonly IScheduler scheduler;
    private readonly LogOptions options;
    private readonly Action roomAgain;
    private readonly Action<DiskException> failed;
    // What is being filled: a dropped segment in place, or a new file under the unfinished name.
    private Segment? filling;
    private string fillingPath = "";
    private long filledBytes;
    private ulong lastMade;
    private int retryCallsWanted = 1;
    private int retryCalls;
    private volatile bool isFull;
    private volatile bool isStopped;

    /// <param name="lastNumber">The highest number in use; <paramref name="ready"/> follow it without a gap.</param>
    /// <param name="roomAgain">A segment is ready.</param>
    public SpareSegments(
        IFiles files, IScheduler scheduler, LogOptions options, ulong lastNumber, IEnumerable<Segment> ready, Action roomAgain, Action<DiskException> failed)
    {
        (this.files, this.scheduler, this.options, this.roomAgain, this.failed) = (files, scheduler, options, roomAgain, failed);
        LastTaken = lastNumber;
        lastMade = lastNumber;
        foreach (var segment in ready)
        {
            spares.Enqueue(segment);
            lastMade = segment.Number;
        }
    }

    public string Name => "log room";

    public StageKind Kind => StageKind.Background;

    /// <summary>The number of the segment that the writer took last; the next has one more.</summary>
    public ulong LastTaken { get; private set; }

    public bool IsFull => isFull;

    /// <summary>What the ready segments can hold.</summary>
    public long RoomBytes
    {
        get
        {
            lock (gate)
                return spares.Sum(segment => (long)segment.SizeBytes - SegmentHeader.SizeBytes);
        }
    }

    public bool TryTake(out Segment segment)
    {
        lock (gate)
        {
            if (!spares.TryDequeue(out segment!))
                return false;
            LastTaken = segment.Number;
        }
        scheduler.Ready(this);
        return true;
    }

    /// <summary>The segment holds nothing any more and nobody reads it.</summary>
    public void Return(Segment segment)
    {
        lock (gate)
            dropped.Enqueue(segment);
        scheduler.Ready(this);
    }

    /// <summary>Asks the file system again, now and then, where it had no room.</summary>
    public void Retry()
    {
        if (!isFull)
            return;
        lock (gate)
        {
            if (++retryCalls < retryCallsWanted)
            {
                Marks.FullDiskNotAskedYet.Hit();
                return;
            }
            retryCalls = 0;
            retryCallsWanted = Math.Min(retryCallsWanted * 2, RetryCallsMax);
        }
        scheduler.Ready(this);
    }

    public bool Step()
    {
        if (isStopped)
            return false;
        try
        {
            return StepOnce();
        }
        catch (DiskFullException)
        {
            Marks.LogDiskFull.Hit();
            GiveUpFilling();
            // Where a segment was dropped meanwhile there is room without the file system's help.
            lock (gate)
                return dropped.Count > 0;
        }
        catch (DiskException exception)
        {
            Marks.SegmentCouldNotBeMade.Hit();
            isStopped = true;
            failed(exception);
            return false;
        }
    }

    /// <summary>For opening: until a segment is ready or the disk is full.</summary>
    public void PrepareFirst()
    {
        while (RoomBytes == 0 && !isFull && !isStopped)
            Step();
    }

    public void Close()
    {
        isStopped = true;
        lock (gate)
        {
            foreach (var segment in spares.Concat(dropped))
                segment.File.Dispose();
            spares.Clear();
            dropped.Clear();
        }
        filling?.File.Dispose();
        filling = null;
    }

    private bool StepOnce()
    {
        if (filling is null && !TryBegin())
            return false;
        var count = (int)Math.Min(StepBytes, filling!.SizeBytes - filledBytes);
        filling.File.Write(zeros.AsSpan(0, count), filledBytes);
        filledBytes += count;
        var isDone = filledBytes == filling.SizeBytes;
        if (isDone || filledBytes % SyncEveryBytes == 0)
            filling.File.Sync();
        if (isDone)
            Finish();
        return true;
    }

    private bool TryBegin()
    {
        Segment? candidate = null;
        bool wanted;
        lock (gate)
        {
            wanted = spares.Count < options.SpareSegments;
            // As many dropped segments as spares are kept for the next turns; they are room that nobody else can take.
            if (dropped.Count > (wanted ? 0 : options.SpareSegments))
                candidate = dropped.Dequeue();
        }
        filledBytes = 0;
        if (candidate is not null && (!wanted || candidate.SizeBytes != options.SizeOf(lastMade + 1)))
        {
            candidate.File.Dispose();
            files.Delete(SegmentName.PathOf(candidate.Number));
            return TryBegin();
        }
        if (!wanted)
            return false;
        Marks.SegmentRecycled.HitIf(candidate is not null);
        fillingPath = candidate is null ? SegmentName.Unfinished : SegmentName.PathOf(candidate.Number);
        filling = candidate ?? new Segment(lastMade + 1, files.Create(SegmentName.Unfinished), options.SizeOf(lastMade + 1));
        return true;
    }

    private void Finish()
    {
        var number = lastMade + 1;
        var path = SegmentName.PathOf(number);
        files.Rename(fillingPath, path);
        files.SyncDirectory(SegmentName.Folder);
        // Opened anew, so that an error of it names the file as it is called now.
        filling!.File.Dispose();
        var file = files.Open(path, writable: true);
        lock (gate)
        {
            spares.Enqueue(new Segment(number, file, filling.SizeBytes));
            (retryCalls, retryCallsWanted) = (0, 1);
        }
        lastMade = number;
        filling = null;
        Marks.LogHasRoomAgain.HitIf(isFull);
        isFull = false;
        roomAgain();
    }

    private void GiveUpFilling()
    {
        isFull = true;
        if (filling is null)
            return;
        filling.File.Dispose();
        files.Delete(fillingPath);
        filling = null;
    }
}
