using Lutra.Storage.Tables;

namespace Lutra.Keyspace;

/// <summary>
/// Walks the changes of a pinned state in the order in which they were made, by the index (revision, sub) → key. It must not begin below the compaction floor.
/// </summary>
public sealed class ChangeReader : IDisposable
{
    private readonly TableView tables;
    private readonly TableCursor cursor;
    private readonly long last;
    private readonly long floor;
    private bool found;

    internal ChangeReader(TableView tables, long from, long last, long floor)
    {
        this.tables = tables;
        this.last = last;
        this.floor = floor;
        cursor = tables.OpenCursor();
        Span<byte> start = stackalloc byte[TableKeys.RevisionBytes];
        TableKeys.WriteRevision(start, from, 0);
        found = cursor.Seek(start, ulong.MaxValue);
        Settle();
    }

    /// <summary>The change at hand is of this revision; none where there is no more.</summary>
    public Revision Revision { get; private set; }

    /// <summary>Whose change it is. Holds until <see cref="Next"/>.</summary>
    public ReadOnlyMemory<byte> Key { get; private set; }

    public void Next()
    {
        found = cursor.Next();
        Settle();
    }

    /// <summary>What the change at hand did. Copies: it outlasts the reader.</summary>
    public WatchEvent Read(bool withPrevious)
    {
        var tableKey = (byte[])[TableKeys.User, .. Key.Span];
        if (!tables.TryGet(tableKey, (ulong)Revision.Value, out var version, out var bytes) || version != (ulong)Revision.Value)
            throw new InvalidOperationException($"The index names a change at revision {Revision} that the keys do not hold.");
        var change = KeyVersion.Read(version, bytes);
        var current = change.ToKeyValue(Key.Span, withValue: true);
        KeyValue? previous = null;

        // Below the floor versions go one by one, so that what is still found there may have been overwritten long before (pitfall K02).
        if (withPrevious && Revision.Value > floor && tables.TryGet(tableKey, (ulong)Revision.Value - 1, out var before, out var old)
            && KeyVersion.Read(before, old) is { IsTombstone: false } kept)
        {
            previous = kept.ToKeyValue(Key.Span, withValue: true);
        }

        return new WatchEvent(change.IsTombstone, current, previous);
    }

    public void Dispose() => cursor.Dispose();

    private void Settle()
    {
        if (found && cursor.Key[0] == TableKeys.Revisions && TableKeys.ReadRevision(cursor.Key) is var revision && revision <= last)
            (Revision, Key) = (new Revision(revision), cursor.Value);
        else
            (Revision, Key) = (default, default);
    }
}
