namespace Lutra.Storage.Tables;

/// <summary>
/// What a reading is made of, newest first: the memtable that is written to, those that wait for the disk, the tables. Never changed: a
/// rotation, flush, merge or installation makes another. Counted, so that the last one to let go frees the tables.
/// </summary>
internal sealed class Layers(Memtable active, Memtable[] waiting)
{
    private int holders = 1;

    public Memtable Active => active;

    /// <summary>Newest first.</summary>
    public IReadOnlyList<Memtable> Waiting => waiting;

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
        Interlocked.Decrement(ref holders);
    }

    /// <summary>
    /// The newest version at or below <paramref name="versionMax"/>. Because the versions of a key never decrease from put to put, the first layer that has one
    /// has the newest.
    /// </summary>
    public bool TryGet(ReadOnlySpan<byte> key, ulong versionMax, uint visible, out ulong version, out ReadOnlyMemory<byte> value)
    {
        if (active.TryGet(key, versionMax, visible, out version, out value))
            return true;
        foreach (var memtable in waiting)
        {
            if (memtable.TryGet(key, versionMax, uint.MaxValue, out version, out value))
                return true;
        }
        return false;
    }

    public EntryCursor[] OpenCursors(uint visible)
    {
        var cursors = new EntryCursor[1 + waiting.Length];
        cursors[0] = new MemtableCursor(active, visible);
        for (var i = 0; i < waiting.Length; i++)
            cursors[1 + i] = new MemtableCursor(waiting[i], uint.MaxValue);
        return cursors;
    }
}
