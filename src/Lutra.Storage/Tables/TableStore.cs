using System.Collections.Concurrent;
using Lutra.Raft;
using Lutra.Storage.Files;
using Lutra.Storage.Measures;
using Lutra.Storage.Scheduling;

namespace Lutra.Storage.Tables;

/// <summary>
/// A log-structured merge tree without a log of its own: entries <c>(key, version)</c> in the order of their keys, the newest version of
/// a key first. The applier writes to a memtable; memtables are flushed to immutable sorted tables; a manifest names the tables and
/// the log position that they contain, in one atomic edit (pitfall S07).
/// </summary>
public sealed class TableStore : IDisposable
{
    /// <summary>Keys and values longer than this are refused: a reader must be able to tell a damaged length from a long entry.</summary>
    public const int KeyBytesMax = 1 << 20;

    /// <inheritdoc cref="KeyBytesMax"/>
    public const int ValueBytesMax = 64 << 20;

    private readonly CurrentLayers layers;
    private readonly TableKeeper keeper;

    // Applier only: where this batch goes, null between a publish and the next put.
    private Memtable? batch;

    private TableStore(CurrentLayers layers, TableKeeper keeper)
    {
        this.layers = layers;
        this.keeper = keeper;
    }

    /// <summary>Reads the manifest, or starts empty. Tables that no manifest names are deleted.</summary>
    /// <exception cref="DamagedFileException">The manifest, or the ends of a table that it names, are not what was written, or a table is
    /// not there.</exception>
    public static TableStore Open(IFiles files, IScheduler scheduler, TableOptions options, IMergeRule rule, TableEvents events)
    {
        var manifest = ManifestFile.ReadOrCreate(files);
        var nextNumber = ManifestFile.DeleteUnnamed(files, manifest);
        var cache = new BlockCache(options.BlockCacheBytes);
        var retired = new ConcurrentQueue<Table>();
        TableKeeper? keeper = null;

        void Retire(Table table)
        {
            retired.Enqueue(table);
            keeper?.Wake();
        }

        Table OpenTable(ManifestTable record) => Table.Open(files, record, cache, Retire);

        List<Table> tables = [];
        try
        {
            foreach (var record in manifest.Tables)
                tables.Add(OpenTable(record));
            var layers = new CurrentLayers(options, [.. tables], manifest.Applied);
            keeper = new TableKeeper(files, scheduler, options, rule, events, manifest, nextNumber, layers, OpenTable, retired);
            keeper.Wake();
            return new TableStore(layers, keeper);
        }
        finally
        {
            foreach (var table in tables)
                table.Release();
        }
    }

    /// <summary>The position that the tables on disk contain: restart replays the log after it.</summary>
    public LogPosition Durable => layers.Latest.Layers.Durable;

    /// <summary>The position that tables and memtables contain: what readers see.</summary>
    public LogPosition Applied => layers.Latest.Applied;

    /// <summary>False while too many memtables wait for the disk: the applier pauses until <see cref="TableEvents.RoomAgain"/>.</summary>
    public bool HasRoom => layers.HasRoom;

    /// <summary>How large it is. From any thread.</summary>
    public TableSizes Sizes
    {
        get
        {
            var now = layers.Latest.Layers;
            var (tableBytes, memtableBytes) = (0L, now.Active.EntryBytes);
            foreach (var table in now.Tables)
                tableBytes += table.Record.LengthBytes;
            foreach (var waiting in now.Waiting)
                memtableBytes += waiting.EntryBytes;
            return new TableSizes(now.Tables.Length, tableBytes, memtableBytes);
        }
    }

    /// <summary>Why tables cannot be written at present, for people; null where they can. They are tried again.</summary>
    public DiskException? WriteTrouble => keeper.Trouble;

    /// <summary>
    /// Adds to the memtable; not visible to new views before <see cref="Publish"/>. Applier only. Copies what it is given. The versions of
    /// one key never decrease from put to put; the same version again replaces what it had.
    /// </summary>
    public void Put(ReadOnlySpan<byte> key, ulong version, ReadOnlySpan<byte> value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(key.Length, KeyBytesMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value.Length, ValueBytesMax);
        batch ??= layers.BeginBatch();
        batch.Put(key, version, value);
    }

    /// <summary>
    /// Everything put since the last call belongs to the entries up to <paramref name="applied"/>: views see it whole. Applier only.
    /// </summary>
    public void Publish(LogPosition applied)
    {
        batch = null;
        if (layers.Publish(applied))
            keeper.Wake();
    }

    /// <summary>
    /// Finds the newest version of <paramref name="key"/> at or below <paramref name="versionMax"/>, unpublished ones included. Applier
    /// only; the value holds until the next call on this store by the applier.
    /// </summary>
    public bool TryGet(ReadOnlySpan<byte> key, ulong versionMax, out ulong version, out ReadOnlyMemory<byte> value)
    {
        var held = layers.Hold().Layers;
        try
        {
            return held.TryGet(key, versionMax, held.Active.Count, out version, out value);
        }
        finally
        {
            held.Release();
        }
    }

    /// <summary>
    /// A view that also sees what was put and not published. Applier only; dispose before the next <see cref="Publish"/>.
    /// </summary>
    public TableView PinUnpublished()
    {
        var held = layers.Hold();
        return new TableView(held.Layers, held.Layers.Active.Count, held.Applied);
    }

    /// <summary>What is published now, unchanged until disposed. From any thread; takes no lock that the applier waits for.</summary>
    public TableView Pin()
    {
        var held = layers.Hold();
        return new TableView(held.Layers, held.Visible, held.Applied);
    }

    /// <summary>
    /// Starts a flush of what the memtable holds, though it is not full; <see cref="TableEvents.Flushed"/> tells when it is durable. From
    /// any thread; in the middle of a batch it takes effect at its <see cref="Publish"/>.
    /// </summary>
    public void RequestFlush()
    {
        if (layers.RequestFlush())
            keeper.Wake();
    }

    /// <summary>
    /// What no reader needs any more goes: what is published now is flushed, and then all tables become one. It rewrites everything, and is for when room is wanted; without
    /// it merges come to old and large tables late. From any thread.
    /// </summary>
    public void Squeeze()
    {
        keeper.RequestSqueeze(Applied);
        layers.RequestFlush();
        keeper.Wake();
    }

    /// <summary>
    /// What could not be written is tried again; where nothing waits for that, nothing happens. The node calls it about once a second. From
    /// any thread.
    /// </summary>
    public void RetryWrites() => keeper.RetryWrites();

    /// <summary>
    /// The immutable tables on disk and the position they contain, kept from deletion until disposed: the source of a transfer. From any
    /// thread.
    /// </summary>
    public TableSet PinTables()
    {
        var held = layers.Hold().Layers;
        try
        {
            return new TableSet(held);
        }
        finally
        {
            held.Release();
        }
    }

    /// <summary>
    /// Replaces everything by <paramref name="files"/> (complete, verified and synced, under "incoming/", newest first as
    /// <see cref="TableSet.Files"/> has them) in one manifest edit that also sets the applied position; memtables are dropped. Applier
    /// only, with nothing unpublished, and nothing is put until it is done. Calls <paramref name="installed"/> once it is durable. A file
    /// that is not a whole table after all is reported as <see cref="TableEvents.Failed"/>.
    /// </summary>
    public void Install(IReadOnlyList<string> files, LogPosition applied, Action installed)
    {
        layers.BeginInstallation();
        keeper.RequestInstall(files, applied, installed);
    }

    /// <summary>
    /// Closes the files, those that a view still reads once it is disposed. What was not flushed is in the log. The stages no longer run.
    /// </summary>
    public void Dispose()
    {
        keeper.Stop();
        layers.Latest.Layers.Release();
    }
}
