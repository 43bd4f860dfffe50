using Lutra.Storage.Tables;

namespace Lutra.Keyspace;

/// <summary>
/// Walks the live keys of a range as of one revision, in their order. Holds nothing but the key at hand, so a walk over everything costs no
/// memory.
/// </summary>
internal sealed class KeyWalk : IDisposable
{
    // Older versions of a key are stepped over; beyond this many it is cheaper to seek past them.
    private const int StepsMax = 8;

    private readonly TableCursor cursor;
    private readonly byte[] from;
    private readonly ReadOnlyMemory<byte>? end;
    private readonly ulong revision;
    private byte[] key = new byte[64];
    private int keyBytes;
    private bool hasBegun;

    public KeyWalk(TableView view, KeyRange range, long revision)
    {
        cursor = view.OpenCursor();
        from = [TableKeys.User, .. range.From.Span];
        end = range.End;
        this.revision = (ulong)revision;
    }

    /// <summary>Holds until the next move.</summary>
    public ReadOnlySpan<byte> Key => key.AsSpan(1, keyBytes - 1);

    /// <summary>Its value holds as long as the view.</summary>
    public KeyVersion Version { get; private set; }

    public bool MoveNext()
    {
        var isValid = hasBegun ? SkipKey() : cursor.Seek(from, revision);
        hasBegun = true;
        while (isValid && IsInRange(cursor.Key))
        {
            Remember(cursor.Key);
            isValid = FindVersion();
            if (!isValid || !cursor.Key.SequenceEqual(TableKey))
                continue;
            Version = KeyVersion.Read(cursor.Version, cursor.Value);
            if (!Version.IsTombstone)
                return true;
            isValid = SkipKey();
        }

        return false;
    }

    public void Dispose() => cursor.Dispose();

    private ReadOnlySpan<byte> TableKey => key.AsSpan(0, keyBytes);

    // From the newest version of the key at hand to the newest that the revision sees, or to the next key where it sees none.
    private bool FindVersion()
    {
        for (var steps = 0; cursor.Version > revision; steps++)
        {
            if (steps == StepsMax)
            {
                Marks.WalkSeeksPastNewerVersions.Hit();
                return cursor.Seek(TableKey, revision);
            }
            if (!cursor.Next() || !cursor.Key.SequenceEqual(TableKey))
                return cursor.IsValid;
        }

        return true;
    }

    private bool SkipKey()
    {
        for (var steps = 0; steps < StepsMax; steps++)
        {
            if (!cursor.Next())
                return false;
            if (!cursor.Key.SequenceEqual(TableKey))
                return true;
        }

        // No version of a user's key is 0.
        return cursor.Seek(TableKey, 0);
    }

    private bool IsInRange(ReadOnlySpan<byte> tableKey)
    {
        if (tableKey[0] != TableKeys.User)
            return false;
        if (end is not { } last)
            return tableKey.SequenceEqual(from);
        return last.IsEmpty || tableKey[1..].SequenceCompareTo(last.Span) < 0;
    }

    private void Remember(ReadOnlySpan<byte> tableKey)
    {
        if (key.Length < tableKey.Length)
            key = new byte[tableKey.Length * 2];
        tableKey.CopyTo(key);
        keyBytes = tableKey.Length;
    }
}
