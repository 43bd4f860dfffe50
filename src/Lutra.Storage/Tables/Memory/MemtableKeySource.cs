namespace Lutra.Storage.Tables;

/// <summary>The keys among the first <paramref name="visible"/> puts of a memtable.</summary>
internal sealed class MemtableKeySource(Memtable memtable, uint visible) : KeySource
{
    // The newest visible version of the key at hand; 0: nowhere.
    private uint node;

    public override bool IsValid => node != 0;

    public override ReadOnlySpan<byte> Key => memtable.KeyOf(node);

    public override void Seek(ReadOnlySpan<byte> key) => node = FirstVisible(memtable.FirstFrom(key, ulong.MaxValue));

    public override void Next() => node = FirstVisible(memtable.AfterKey(node));

    public override bool TryGet(ulong versionMax, out ulong version, out ReadOnlyMemory<byte> value)
    {
        (version, value) = (memtable.VersionOf(node), memtable.ValueOf(node));
        return version <= versionMax || memtable.TryGet(Key, versionMax, visible, out version, out value);
    }

    private uint FirstVisible(uint from)
    {
        while (from != 0 && memtable.SequenceOf(from) >= visible)
            from = memtable.After(from);
        return from;
    }
}
