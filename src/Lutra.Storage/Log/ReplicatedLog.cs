using Lutra.Raft;
using Lutra.Storage.Files;
using Lutra.Storage.Log.Format;
using Lutra.Storage.Log.Recovery;
using Lutra.Storage.Log.Segments;
using Lutra.Storage.Log.Slots;
using Lutra.Storage.Log.Writing;
using Lutra.Storage.Measures;
using Lutra.Storage.Scheduling;

namespace Lutra.Storage.Log;

/// <summary>
/// The replicated log on disk, and beside it the hard state. Appends are gathered while the disk is busy: what has gathered is one
/// write and one sync (group commit).
/// </summary>
/// <remarks>
/// On disk the log is one stream of records over numbered segments, which only grows: an entry at or below the last replaces it and what
/// follows it (so a replaced suffix is durably gone with the sync that makes the new entry durable, pitfall L15). docs/formats.md draws it.
/// </remarks>
public sealed class ReplicatedLog : IStage, IDisposable
{
    private readonly Lock gate = new();
    private readonly IScheduler scheduler;
    private readonly LogIdentity identity;
    private readonly LogOptions options;
    private readonly LogEvents events;
    private readonly AppendQueue queue = new();
    private readonly DurableLog durable;
    private readonly SpareSegments spares;
    private readonly LogWriter writer;
    // What was appended, durable or not.
    private readonly TermRuns terms;

    private ReplicatedLog(IFiles files, IScheduler scheduler, LogIdentity identity, LogOptions options, LogEvents events, LogMeasures? measures, RecoveredLog recovered)
    {
        (this.scheduler, this.identity, this.options, this.events, terms) = (scheduler, identity, options, events, recovered.Terms);
        HardState = HardStateFile.Read(recovered.HardState.Value);
        HardStatePath = $"{files.Location}/{HardStateFile.Path}";
        spares = new SpareSegments(
            files, scheduler, options, recovered.Start.Segment + (ulong)recovered.Segments.Count - 1, recovered.Spares,
            roomAgain: () => scheduler.Ready(this), failed: failure => writer!.Fail(failure));
        durable = new DurableLog(recovered.Segments, recovered.Index, terms.Start.Index, terms.Last.Index, dropped: spares.Return);
        writer = new LogWriter(
            queue, durable, spares, files, identity, options, events, measures, recovered, wake: () => scheduler.Ready(this), TermAt, OnCut);
        foreach (var leftover in recovered.Leftovers)
            spares.Return(leftover);
        spares.PrepareFirst();
        scheduler.Ready(spares);
    }

    /// <summary>
    /// Opens the log of a node, or makes an empty one that starts at <see cref="LogPosition.Zero"/>. A torn tail is dropped; damage
    /// anywhere else throws <see cref="DamagedFileException"/>.
    /// </summary>
    /// <param name="measures">Counts what it does; null: nobody asks.</param>
    public static ReplicatedLog Open(
        IFiles files, IScheduler scheduler, LogIdentity identity, LogOptions options, LogEvents events, LogMeasures? measures = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(scheduler);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return new ReplicatedLog(files, scheduler, identity, options, events, measures, LogRecovery.Run(files, identity, options));
    }

    /// <summary>What the hard state file held when the log was opened; term 0 and no vote in a new folder.</summary>
    public HardState HardState { get; }

    /// <summary>Where it lies, for whoever must name it.</summary>
    public string HardStatePath { get; }

    /// <summary>The position just before the first entry that is kept.</summary>
    public LogPosition Start
    {
        get
        {
            lock (gate)
                return terms.Start;
        }
    }

    /// <summary>The last entry that was appended, durable or not.</summary>
    public LogPosition Last
    {
        get
        {
            lock (gate)
                return terms.Last;
        }
    }

    /// <summary>Bytes that can still be appended without asking the file system for room: what is zero-filled and free.</summary>
    public long RoomBytes => Math.Max(0, writer.RoomInCurrentBytes + spares.RoomBytes - queue.WaitingBytes);

    /// <summary>How large it is. From any thread.</summary>
    public LogSizes Sizes
    {
        get
        {
            var (segments, fileBytes) = durable.Size;
            return new LogSizes(segments, fileBytes, queue.WaitingBytes, RoomBytes);
        }
    }

    /// <summary>The file system refused more room; false again once it gave some. While it is true, call <see cref="RetryRoom"/> at every tick.</summary>
    public bool IsFull => spares.IsFull;

    /// <summary>Asks the file system for room again, where it had none: at every call at first, then at fewer and fewer. From any thread.</summary>
    public void RetryRoom() => spares.Retry();

    /// <summary>The terms of the entries from the first on.</summary>
    public IReadOnlyList<TermRun> TermRuns()
    {
        lock (gate)
            return terms.ToList();
    }

    /// <summary>
    /// Entries from <paramref name="first"/> on, at most to <paramref name="last"/> and about <paramref name="bytesMax"/> bytes, at
    /// least one; empty where <paramref name="first"/> is no longer, or not yet durably, there. From any thread. Checksums are verified
    /// again: <see cref="DamagedFileException"/> where they fail (pitfall D05).
    /// </summary>
    public IReadOnlyList<Entry> Read(LogIndex first, LogIndex last, int bytesMax)
    {
        var stretches = durable.Pin(first.Value, last.Value, bytesMax);
        try
        {
            List<Entry> entries = [];
            long bytes = 0;
            foreach (var stretch in stretches)
            {
                if (entries.Count == 0 || bytes < bytesMax)
                    EntryReader.Read(stretch, identity.Seed(stretch.Segment.Number), entries, ref bytes, bytesMax);
            }
            return entries;
        }
        finally
        {
            durable.Release(stretches);
        }
    }

    /// <summary>
    /// Queues a hard state and entries, in this order; an entry at or below the last replaces it and all after it. The entries follow
    /// each other without a gap, the first at most one after <see cref="Last"/>. Loop only.
    /// </summary>
    public void Append(HardState? hardState, IReadOnlyList<Entry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var recordBytes = 0L;
        lock (gate)
        {
            for (var at = 0; at < entries.Count; at++)
            {
                var entry = entries[at];
                RequireAppendable(entry);
                if (entry.Index <= terms.Last.Index)
                {
                    Marks.EntryReplaced.Hit();
                    durable.WillReplace(entry.Index);
                }
                terms.Append(entry.Position);
                recordBytes += RecordHeader.RecordBytes(entry.Payload.Length);
            }
            queue.Add(hardState, entries, recordBytes);
        }
        if (hardState is not null || entries.Count > 0)
            scheduler.Ready(this);
    }

    /// <summary>Tables hold everything up to <paramref name="upTo"/>: whole segments below it may be recycled. From any thread.</summary>
    public void Cut(LogPosition upTo)
    {
        queue.AddCut(upTo);
        scheduler.Ready(this);
    }

    /// <summary>Queues: forget everything; the log goes on after <paramref name="start"/> (a state was installed over it). Loop only.</summary>
    public void Reset(LogPosition start)
    {
        lock (gate)
        {
            terms.Reset(start);
            var gone = durable.Reset(start.Index);
            queue.AddReset(start, durable.Epoch, gone);
        }
        scheduler.Ready(this);
    }

    public string Name => "log writer";

    public StageKind Kind => StageKind.LogWriter;

    public bool Step() => writer.Step();

    /// <summary>Closes the files. Its stages must not be stepped any more; what is queued is not written.</summary>
    public void Dispose()
    {
        writer.Close();
        spares.Close();
        durable.Close();
    }

    private void RequireAppendable(in Entry entry)
    {
        if (entry.Index > terms.Last.Index.Next || entry.Index <= terms.Start.Index)
            throw new ArgumentException($"Entry {entry.Position} does not follow {terms.Last} in a log that begins after {terms.Start}.");
        if (entry.Payload.Length > options.EntryBytesMax)
            throw new ArgumentException($"Entry {entry.Position} has {entry.Payload.Length} bytes; the log takes at most {options.EntryBytesMax}.");
    }

    private Term? TermAt(LogIndex index, int epoch)
    {
        lock (gate)
            return epoch == durable.Epoch ? terms.TermAt(index) : null;
    }

    private void OnCut(LogStart start, int epoch)
    {
        lock (gate)
        {
            // A reset that came meanwhile begins the log elsewhere and takes the segments with it.
            if (epoch != durable.Epoch)
            {
                Marks.CutOvertakenByReset.Hit();
                return;
            }
            terms.Cut(start.Position);
            durable.Cut(start);
        }
        events.StartMoved(start.Position);
    }
}
