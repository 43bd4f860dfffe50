using Lutra.Storage.Tables;

namespace Lutra.Keyspace;

/// <summary>
/// The users' keys as the applier sees and changes them. One request's changes share a revision, one above the last, and are numbered by
/// their sub revision in the order they are made; a request that changes nothing uses no revision.
/// </summary>
internal sealed class UserKeys(TableStore tables)
{
    private readonly ByteWriter tableKey = new();
    private readonly ByteWriter tableValue = new();
    private long revisionBefore;
    private uint subNext;

    /// <summary>The revision as it stands: the new one as soon as something was changed.</summary>
    public long Revision => HasChanges ? revisionBefore + 1 : revisionBefore;

    public bool HasChanges => subNext > 0;

    /// <summary>A request begins, on the state at <paramref name="revision"/>.</summary>
    public void Begin(long revision)
    {
        revisionBefore = revision;
        subNext = 0;
    }

    /// <summary>Finds the live version that <paramref name="revision"/> sees. Its value holds until the next call.</summary>
    public bool TryFind(ReadOnlySpan<byte> key, long revision, out KeyVersion found)
    {
        if (tables.TryGet(TableKey(key), (ulong)revision, out var version, out var value))
        {
            found = KeyVersion.Read(version, value);
            return !found.IsTombstone;
        }

        found = default;
        return false;
    }

    /// <summary>Everything, with the changes made so far.</summary>
    public TableView Pin() => tables.PinUnpublished();

    /// <param name="previous">The live version before; null: the key comes to be.</param>
    public void Put(ReadOnlySpan<byte> key, in KeyVersion? previous, long lease, ReadOnlySpan<byte> value)
    {
        var revision = revisionBefore + 1;
        tableValue.Clear();
        KeyVersion.WritePut(tableValue, subNext, previous?.CreateRevision ?? revision, (previous?.Version ?? 0) + 1, lease, value);
        Change(key, revision);
    }

    public void Delete(ReadOnlySpan<byte> key)
    {
        tableValue.Clear();
        KeyVersion.WriteTombstone(tableValue, subNext);
        Change(key, revisionBefore + 1);
    }

    private void Change(ReadOnlySpan<byte> key, long revision)
    {
        tables.Put(TableKey(key), (ulong)revision, tableValue.Written);
        Span<byte> index = stackalloc byte[TableKeys.RevisionBytes];
        TableKeys.WriteRevision(index, revision, subNext);
        tables.Put(index, (ulong)revision, key);
        subNext = checked(subNext + 1);
    }

    private ReadOnlySpan<byte> TableKey(ReadOnlySpan<byte> key)
    {
        tableKey.Clear();
        tableKey.Byte(TableKeys.User);
        tableKey.Raw(key);
        return tableKey.Written;
    }
}
