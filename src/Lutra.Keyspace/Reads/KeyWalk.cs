using Lutra.Storage.Tables;

namespace Lutra.Keyspace;

/// <summary>
/// Walks the live keys of a range as of one revision, in their order. Holds nothing but the key at hand, so a walk over everything costs no
/// memory.
/// </summary>
internal sealed class KeyWalk
{
    private readonly KeyCursor cursor;
    private readonly byte[] from;
    private readonly ReadOnlyMemory<byte>? end;
    private readonly ulong revision;
    private bool hasBegun;

    public KeyWalk(TableView view, KeyRange range, long revision)
    {
        cursor = view.OpenKeys();
        from = [TableKeys.User, .. range.From.Span];
        end = range.End;
        this.revision = (ulong)revision;
    }

    /// <summary>Holds until the next move.</summary>
    public ReadOnlySpan<byte> Key => cursor.Key[1..];

    /// <summary>Its value holds as long as the view.</summary>
    public KeyVersion Version { get; private set; }

    public bool MoveNext()
    {
        var isValid = hasBegun ? cursor.Next() : cursor.Seek(from);
        hasBegun = true;
        for (; isValid && IsInRange(cursor.Key); isValid = cursor.Next())
        {
            if (!cursor.TryGet(revision, out var version, out var value))
                continue;
            Version = KeyVersion.Read(version, value);
            if (!Version.IsTombstone)
                return true;
        }

        return false;
    }

    private bool IsInRange(ReadOnlySpan<byte> tableKey)
    {
        if (tableKey[0] != TableKeys.User)
            return false;
        if (end is not { } last)
            return tableKey.SequenceEqual(from);
        return last.IsEmpty || tableKey[1..].SequenceCompareTo(last.Span) < 0;
    }
}
