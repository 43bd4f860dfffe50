namespace Lutra.Storage.Tables;

/// <summary>The keys of a table, along the tree that holds each once.</summary>
internal sealed class TableKeySource(Table table) : KeySource
{
    private readonly TableFileCursor cursor = new(table.Newest, fillCache: true);

    public override bool IsValid => cursor.IsValid;

    public override ReadOnlySpan<byte> Key => cursor.Key;

    public override void Seek(ReadOnlySpan<byte> key) => cursor.Seek(key, ulong.MaxValue);

    public override void Next() => cursor.Next();

    public override bool TryGet(ulong versionMax, out ulong version, out ReadOnlyMemory<byte> value)
    {
        (version, value) = (cursor.Version, cursor.Value);
        return version <= versionMax || table.TryGetOlder(cursor.Key, versionMax, out version, out value);
    }
}
