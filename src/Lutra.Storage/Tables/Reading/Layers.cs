using Lutra.Raft;

namespace Lutra.Storage.Tables;

/// <summary>
/// What a reading is made of, newest first: the memtable that is written to, those that wait for the disk, the tables. Never changed: a
/// rotation, flush, merge or installation makes another. Counted, so that the last one to let go frees the tables.
/// </summary>
internal sealed class Layers
{
    private int holders = 1;

    /// <summary>Held once by whoever makes it.</summary>
    /// <param name="waiting">Newest first.</param>
    /// <param name="tables">Newest first; the caller holds them meanwhile.</param>
    /// <param name="durable">What the tables contain.</param>
    public Layers(Memtable active, Memtable[] waiting, Table[] tables, LogPosition durable)
    {
        Active = active;
        Waiting = waiting;
        Tables = tables;
        Durable = durable;
        foreach (var table in tables)
            table.Hold();
    }

    public Memtable Active { get; }

    public Memtable[] Waiting { get; }

    public Table[] Tables { get; }

    public LogPosition Durable { get; }

    /// <summary>False where the last holder has let go: there is a newer one then.</summary>
    public bool TryHold()
    {
        for (var seen = Volatile.Read(ref holders); seen > 0;)
        {
            var before = Interlocked.CompareExchange(ref holders, seen + 1, seen);
            if (before == seen)
                return true;
            seen = before;
        }
        return false;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref holders) > 0)
            return;
        foreach (var table in Tables)
            table.Release();
    }

    /// <summary>
    /// The newest version at or below <paramref name="versionMax"/>. Because the versions of a key never decrease from put to put, the
    /// first layer that has one has the newest.
    /// </summary>
    /// <param name="visible">How many puts into the active memtable count.</param>
    public bool TryGet(ReadOnlySpan<byte> key, ulong versionMax, uint visible, out ulong version, out ReadOnlyMemory<byte> value)
    {
        if (Active.TryGet(key, versionMax, visible, out version, out value))
            return true;
        foreach (var memtable in Waiting)
        {
            if (memtable.TryGet(key, versionMax, uint.MaxValue, out version, out value))
                return true;
        }
        if (Tables.Length == 0)
            return false;
        var hash = KeyHash.Of(key);
        foreach (var table in Tables)
        {
            if (table.TryGet(key, hash, versionMax, out version, out value))
                return true;
        }
        return false;
    }

    /// <summary>What tables and memtables take; a memtable that is written to counts as it is now.</summary>
    public long AboutBytes => Active.EntryBytes + Waiting.Sum(memtable => (long)memtable.EntryBytes) + Tables.Sum(table => table.Record.LengthBytes);

    /// <summary>Newest first.</summary>
    public EntryCursor[] OpenCursors(uint visible, bool fillCache)
    {
        var cursors = new List<EntryCursor>(1 + Waiting.Length + (2 * Tables.Length)) { new MemtableCursor(Active, visible) };
        foreach (var memtable in Waiting)
            cursors.Add(new MemtableCursor(memtable, uint.MaxValue));
        foreach (var table in Tables)
            table.OpenCursors(cursors, fillCache);
        return [.. cursors];
    }

    /// <summary>Newest first.</summary>
    public KeySource[] OpenKeys(uint visible)
    {
        var sources = new KeySource[1 + Waiting.Length + Tables.Length];
        var place = 0;
        sources[place++] = new MemtableKeySource(Active, visible);
        foreach (var memtable in Waiting)
            sources[place++] = new MemtableKeySource(memtable, uint.MaxValue);
        foreach (var table in Tables)
            sources[place++] = new TableKeySource(table);
        return sources;
    }
}
