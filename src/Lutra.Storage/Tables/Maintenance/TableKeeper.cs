using System.Collections.Concurrent;
using Lutra.Raft;
using Lutra.Storage.Files;
using Lutra.Storage.Scheduling;

namespace Lutra.Storage.Tables;

/// <summary>
/// The stage that flushes, merges, installs and deletes. Whatever it prepares, the manifest changes by one edit at a time, and readers see
/// a change once it is durable.
/// </summary>
internal sealed class TableKeeper : IStage
{
    private readonly IFiles files;
    private readonly IScheduler scheduler;
    private readonly TableOptions options;
    private readonly IMergeRule rule;
    private readonly TableEvents events;
    private readonly CurrentLayers layers;
    private readonly Func<ManifestTable, Table> open;

    // Tables that nobody reads and no manifest names, from whichever thread let go of them last.
    private readonly ConcurrentQueue<Table> retired;
    private readonly WriteRetries retries;

    private Manifest manifest;
    private ulong nextNumber;
    private TableJob? flush;
    private TableJob? merge;
    private TableJob? install;
    private (TableJob Job, ManifestEdit Edit)? editing;
    private bool mergeIsNext;
    private Func<InstallJob>? installRequest;
    // The index of the entry up to which all is to be one table; -1: nothing is asked for.
    private long squeezeUpTo = -1;
    private long mergeSqueezesUpTo = -1;
    private volatile bool hasStopped;

    public TableKeeper(
        IFiles files, IScheduler scheduler, TableOptions options, IMergeRule rule, TableEvents events,
        Manifest manifest, ulong nextNumber, CurrentLayers layers, Func<ManifestTable, Table> open, ConcurrentQueue<Table> retired)
    {
        this.files = files;
        this.scheduler = scheduler;
        this.options = options;
        this.rule = rule;
        this.events = events;
        this.manifest = manifest;
        this.nextNumber = nextNumber;
        this.layers = layers;
        this.open = open;
        this.retired = retired;
        retries = new WriteRetries(events with { OutOfSpace = OutOfSpace });
    }

    public string Name => "tables";

    private void OutOfSpace(bool isOut)
    {
        if (layers.DiskIsFull(isOut))
            events.RoomAgain();
        events.OutOfSpace(isOut);
    }

    public StageKind Kind => StageKind.Background;

    /// <inheritdoc cref="TableStore.WriteTrouble"/>
    public DiskException? Trouble => retries.Trouble;

    public void Wake() => scheduler.Ready(this);

    /// <inheritdoc cref="TableStore.RetryWrites"/>
    public void RetryWrites()
    {
        if (retries.Request())
            Wake();
    }

    /// <inheritdoc cref="TableStore.Squeeze"/>
    public void RequestSqueeze(LogPosition upTo) => Volatile.Write(ref squeezeUpTo, (long)upTo.Index.Value);

    public void RequestInstall(IReadOnlyList<string> received, LogPosition applied, Action installed)
    {
        InstallJob Create() => new(files, received, applied, installed, () => nextNumber++, open, layers, events);

        Volatile.Write(ref installRequest, Create);
        Wake();
    }

    public bool Step()
    {
        if (hasStopped)
            return false;
        retries.TakeRequest();
        try
        {
            return editing is { } current ? StepEdit(current.Job, current.Edit) : DeleteRetired() || StepJob();
        }
        catch (DiskException failure)
        {
            Marks.TablesFailed.Hit();
            hasStopped = true;
            events.Failed(failure);
            return false;
        }
    }

    /// <summary>No step runs any more. Unfinished files are closed and left: no manifest names them.</summary>
    public void Stop()
    {
        hasStopped = true;
        flush?.Close();
        merge?.Close();
        install?.Close();
        editing?.Edit.Close();
    }

    private bool StepJob()
    {
        if (NextJob() is not { } job)
            return false;
        if (!Prepare(job))
            return true;
        var next = job.Apply(manifest);
        if (next == manifest)
        {
            Finish(job);
            return true;
        }
        // The names of the tables are durable before a manifest names them (pitfalls D07, S02).
        files.SyncDirectory(ManifestFile.Folder);
        editing = (job, new ManifestEdit(files, Wake, next with { NextNumber = nextNumber }));
        return true;
    }

    private bool StepEdit(TableJob job, ManifestEdit edit)
    {
        if (edit.IsBusy)
            return false;
        if (retries.MustWait)
            return job != install && Volatile.Read(ref installRequest) is not null && GiveUp(job);
        try
        {
            if (!edit.Step())
                return true;
        }
        catch (DiskFullException full) when (edit.MayBeginAgain)
        {
            Marks.ManifestFoundNoRoom.Hit();
            edit.BeginAgain();
            retries.Failed(full);
            return false;
        }
        manifest = edit.Manifest;
        editing = null;
        retries.Succeeded();
        Finish(job);
        return true;
    }

    private void Finish(TableJob job)
    {
        // What was asked for meanwhile is still to be done.
        if (job == merge && mergeSqueezesUpTo >= 0)
            Interlocked.CompareExchange(ref squeezeUpTo, -1, mergeSqueezesUpTo);
        Forget(job);
        job.Finish();
    }

    /// <summary>An edit that waits for room must not hold up an installation, which makes it pointless.</summary>
    private bool GiveUp(TableJob job)
    {
        Marks.EditGivenUpForInstall.Hit();
        editing = null;
        Forget(job);
        job.Abandon();
        return true;
    }

    /// <summary>What to go on with; null for nothing, or nothing before a disk request is done or there is room.</summary>
    private TableJob? NextJob()
    {
        if (flush is { IsBusy: true } || merge is { IsBusy: true })
            return null;
        if (install is null && Volatile.Read(ref installRequest) is { } requested)
            BeginInstall(requested);
        if (install is not null)
            return install;
        if (retries.MustWait)
            return null;
        flush ??= BeginFlush();
        merge ??= retries.MergeMustWait ? null : BeginMerge();
        // In turn, so that neither starves the other; where tables have piled up, only what makes them fewer.
        var pilesUp = manifest.Tables.Count >= 4 * options.TablesMax;
        Marks.TablesPileUp.HitIf(pilesUp);
        mergeIsNext = merge is not null && (flush is null || pilesUp || !mergeIsNext);
        return mergeIsNext ? merge : flush;
    }

    private bool Prepare(TableJob job)
    {
        try
        {
            return job.Prepare();
        }
        catch (DiskException failure) when (job != install && failure is not DamagedFileException)
        {
            // A table that failed is deleted and written anew under another number: nothing rests on it yet.
            Marks.TableWrittenAnew.Hit();
            job.Abandon();
            if (job == merge)
                retries.MergeFailed(failure);
            else
                retries.Failed(failure);
            Forget(job);
            return false;
        }
    }

    private FlushJob? BeginFlush()
    {
        if (layers.Latest.Layers.Waiting is not [.., var oldest])
            return null;
        if (oldest.Count == 0)
            return new FlushJob(oldest, null, open, layers, events);
        var writer = new TableWriter(options.BlockBytes, oldest.Count);
        var source = new TableCursor([new MemtableCursor(oldest, uint.MaxValue)]);
        return new FlushJob(oldest, new TableBuild(files, Wake, nextNumber++, source, null, writer), open, layers, events);
    }

    private MergeJob? BeginMerge()
    {
        var tables = layers.Latest.Layers.Tables;
        var asked = Volatile.Read(ref squeezeUpTo);
        mergeSqueezesUpTo = asked >= 0 && manifest.Applied.Index.Value >= (ulong)asked ? asked : -1;
        Marks.TablesSqueezed.HitIf(mergeSqueezesUpTo >= 0);
        var count = mergeSqueezesUpTo >= 0 ? tables.Length : MergeChoice.Choose([.. tables.Select(table => table.Record.LengthBytes)], options.TablesMax);
        if (count == 0)
            return null;
        var run = tables[..count];
        var writer = new TableWriter(options.BlockBytes, run.Sum(table => table.Footer.KeyCount));
        var cursors = new List<EntryCursor>();
        foreach (var table in run)
            table.OpenCursors(cursors, fillCache: false);
        var pass = rule.Begin(includesOldest: count == tables.Length);
        return new MergeJob(run, new TableBuild(files, Wake, nextNumber++, new TableCursor([.. cursors]), pass, writer), open, layers);
    }

    private void BeginInstall(Func<InstallJob> requested)
    {
        // What they would write is about to be forgotten.
        Marks.FlushAbandonedForInstall.HitIf(flush is not null || merge is not null);
        flush?.Abandon();
        merge?.Abandon();
        (flush, merge) = (null, null);
        install = requested();
    }

    private void Forget(TableJob job)
    {
        if (job == flush)
            flush = null;
        else if (job == merge)
            merge = null;
        else
            (install, installRequest) = (null, null);
    }

    private bool DeleteRetired()
    {
        if (!retired.TryDequeue(out var table))
            return false;
        try
        {
            files.Delete(table.Path);
            retries.RoomWasMade();
        }
        catch (DiskException)
        {
            // It stays until the store is opened the next time: no manifest names it.
            Marks.RetiredTableNotDeleted.Hit();
        }
        return true;
    }
}
