using Lutra.Raft;
using Lutra.Storage.Files;
using Lutra.Storage.Scheduling;

namespace Lutra.Storage.Tables;

/// <summary>
/// A log-structured merge tree without a log of its own: entries <c>(key, version)</c> in the order of their keys, the newest version of
/// a key first. The applier writes to a memtable; memtables are flushed to immutable sorted tables; a manifest names the tables and
/// the log position that they contain, in one atomic edit (pitfall S07).
/// </summary>
public sealed class TableStore : IDisposable
{
    /// <summary>Reads the manifest, or starts empty. Tables that no manifest names are deleted.</summary>
    public static TableStore Open(IFiles files, IScheduler scheduler, TableOptions options, IMergeRule rule, TableEvents events) =>
        throw new NotImplementedException();

    /// <summary>The position that the tables on disk contain: restart replays the log after it.</summary>
    public LogPosition Durable => throw new NotImplementedException();

    /// <summary>The position that tables and memtables contain: what readers see.</summary>
    public LogPosition Applied => throw new NotImplementedException();

    /// <summary>False while too many memtables wait for the disk: the applier pauses until <see cref="TableEvents.RoomAgain"/>.</summary>
    public bool HasRoom => throw new NotImplementedException();

    /// <summary>Adds to the memtable; not visible to new views before <see cref="Publish"/>. Applier only. Copies what it is given.</summary>
    public void Put(ReadOnlySpan<byte> key, ulong version, ReadOnlySpan<byte> value) => throw new NotImplementedException();

    /// <summary>Everything put since the last call belongs to the entries up to <paramref name="applied"/>: views see it whole. Applier only.</summary>
    public void Publish(LogPosition applied) => throw new NotImplementedException();

    /// <summary>
    /// Finds the newest version of <paramref name="key"/> at or below <paramref name="versionMax"/>, unpublished ones included. Applier only; the span holds until
    /// the next call on this store by the applier.
    /// </summary>
    public bool TryGet(ReadOnlySpan<byte> key, ulong versionMax, out ulong version, out ReadOnlyMemory<byte> value) =>
        throw new NotImplementedException();

    /// <summary>A view that also sees what was put and not published. Applier only; dispose before the next <see cref="Publish"/>.</summary>
    public TableView PinUnpublished() => throw new NotImplementedException();

    /// <summary>What is published now, unchanged until disposed. From any thread; takes no lock that the applier waits for.</summary>
    public TableView Pin() => throw new NotImplementedException();

    /// <summary>Starts a flush of what the memtable holds, though it is not full; <see cref="TableEvents.Flushed"/> tells when it is durable.</summary>
    public void RequestFlush() => throw new NotImplementedException();

    /// <summary>The immutable tables on disk and the position they contain, kept from deletion until disposed: the source of a transfer.</summary>
    public TableSet PinTables() => throw new NotImplementedException();

    /// <summary>
    /// Replaces everything by <paramref name="files"/> (complete, verified and synced, under "incoming/") in one manifest edit that also sets
    /// the applied position; memtables are dropped. Applier only, with nothing unpublished. Calls <paramref name="installed"/> once it is durable.
    /// </summary>
    public void Install(IReadOnlyList<string> files, LogPosition applied, Action installed) => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}

/// <param name="MemtableBytes">A memtable of this size is flushed.</param>
/// <param name="BlockBytes">About how much of a table is read and checked at once.</param>
/// <param name="TablesMax">More tables than this are merged.</param>
public sealed record TableOptions(int MemtableBytes = 16 * 1024 * 1024, int BlockBytes = 8 * 1024, int TablesMax = 6);

/// <param name="Flushed">The manifest now names a table that contains the log up to this position.</param>
/// <param name="RoomAgain">The applier may go on.</param>
/// <param name="Failed">Manifest or folder could not be synced: the node stops.</param>
/// <param name="OutOfSpace">A table could not be written for want of room (true), or was written after that (false).</param>
public sealed record TableEvents(Action<LogPosition> Flushed, Action RoomAgain, Action<DiskException> Failed, Action<bool> OutOfSpace);

/// <summary>What a merge may drop, known by who owns the keys. The tables themselves know bytes only.</summary>
public interface IMergeRule
{
    /// <summary>A merge begins. <paramref name="includesOldest"/>: no older table is left out, so nothing below can come to light.</summary>
    IMergePass Begin(bool includesOldest);
}

/// <summary>Sees a merge's entries in order (key ascending, newest version first) and says which stay.</summary>
public interface IMergePass
{
    bool Keep(ReadOnlySpan<byte> key, ulong version, ReadOnlySpan<byte> value);
}

/// <summary>A consistent reading of the whole store, for one thread at a time.</summary>
public sealed class TableView : IDisposable
{
    /// <summary>The log position whose effects it shows.</summary>
    public LogPosition Applied => throw new NotImplementedException();

    /// <summary>The newest version of <paramref name="key"/> at or below <paramref name="versionMax"/>.</summary>
    public bool TryGet(ReadOnlySpan<byte> key, ulong versionMax, out ulong version, out ReadOnlyMemory<byte> value) =>
        throw new NotImplementedException();

    /// <summary>A cursor over every version of every key, standing nowhere until it is sought.</summary>
    public TableCursor OpenCursor() => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}

/// <summary>Walks entries in order: keys ascending, versions of a key descending; and back. Valid as long as its view.</summary>
public sealed class TableCursor : IDisposable
{
    public bool IsValid => throw new NotImplementedException();

    /// <summary>Holds until the cursor moves.</summary>
    public ReadOnlySpan<byte> Key => throw new NotImplementedException();

    public ulong Version => throw new NotImplementedException();

    /// <summary>Holds as long as the view.</summary>
    public ReadOnlyMemory<byte> Value => throw new NotImplementedException();

    /// <summary>The first entry at or after <paramref name="key"/> with <paramref name="version"/>, in the store's order (a higher version of the same key lies before).</summary>
    public bool Seek(ReadOnlySpan<byte> key, ulong version) => throw new NotImplementedException();

    /// <summary>The last entry that lies before that place.</summary>
    public bool SeekBefore(ReadOnlySpan<byte> key, ulong version) => throw new NotImplementedException();

    public bool Next() => throw new NotImplementedException();

    public bool Previous() => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}

/// <summary>Tables held for a transfer.</summary>
public sealed class TableSet : IDisposable
{
    public LogPosition Applied => throw new NotImplementedException();

    public IReadOnlyList<TableFile> Files => throw new NotImplementedException();

    /// <summary>Reads raw bytes of one of the files.</summary>
    public int Read(TableFile file, Span<byte> target, long offset) => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}

/// <param name="Number">Unique in its folder, never used again.</param>
/// <param name="Checksum">CRC32C of the whole file.</param>
public sealed record TableFile(ulong Number, string Path, long LengthBytes, uint Checksum);
