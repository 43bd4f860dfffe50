namespace Lutra.Storage.Tables;

/// <summary>Walks the first <paramref name="visible"/> puts of a memtable; of a (key, version) put twice only the later one.</summary>
internal sealed class MemtableCursor(Memtable memtable, uint visible) : EntryCursor
{
    // 0: nowhere.
    private uint node;

    public override bool IsValid => node != 0;

    public override ReadOnlySpan<byte> Key => memtable.KeyOf(node);

    public override ulong Version => memtable.VersionOf(node);

    public override ReadOnlyMemory<byte> Value => memtable.ValueOf(node);

    public override void Seek(ReadOnlySpan<byte> key, ulong version) => node = FirstVisible(memtable.FirstFrom(key, version));

    public override void SeekBefore(ReadOnlySpan<byte> key, ulong version)
    {
        var last = memtable.LastBefore(key, version);
        while (!memtable.IsHead(last) && memtable.SequenceOf(last) >= visible)
            last = memtable.LastBefore(memtable.KeyOf(last), memtable.VersionOf(last));
        // An older put of the same (key, version) lies behind the later ones: the first visible of them counts.
        node = memtable.IsHead(last) ? 0 : FirstVisible(memtable.FirstFrom(memtable.KeyOf(last), memtable.VersionOf(last)));
    }

    public override void Next()
    {
        var left = node;
        do
        {
            node = FirstVisible(memtable.After(node));
        }
        while (node != 0 && IsSameEntry(node, left));
    }

    public override void Previous() => SeekBefore(Key, Version);

    private bool IsSameEntry(uint one, uint other) =>
        memtable.VersionOf(one) == memtable.VersionOf(other) && memtable.KeyOf(one).SequenceEqual(memtable.KeyOf(other));

    private uint FirstVisible(uint from)
    {
        while (from != 0 && memtable.SequenceOf(from) >= visible)
            from = memtable.After(from);
        return from;
    }
}
