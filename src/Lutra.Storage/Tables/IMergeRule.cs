namespace Lutra.Storage.Tables;

/// <summary>What a merge may drop, known by who owns the keys. The tables themselves know bytes only.</summary>
public interface IMergeRule
{
    /// <summary>
    /// A merge begins, on the stage that merges. <paramref name="includesOldest"/>: no older table is left out, so nothing below can come
    /// to light.
    /// </summary>
    IMergePass Begin(bool includesOldest);
}

/// <summary>Sees a merge's entries in order (key ascending, newest version first) and says which stay.</summary>
public interface IMergePass
{
    bool Keep(ReadOnlySpan<byte> key, ulong version, ReadOnlySpan<byte> value);
}
