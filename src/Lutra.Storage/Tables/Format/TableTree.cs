using Lutra.Storage.Files;

namespace Lutra.Storage.Tables;

/// <summary>One of the trees of a table: its entries in order, and the index above them. The root is read when first needed.</summary>
internal sealed class TableTree(Table table, TreeRoot start)
{
    private Block? root;

    /// <summary>How many index blocks lie on the way to an entry, the root among them.</summary>
    public int IndexLevels => start.IndexLevels;

    public Block Root() => root ??= table.Read(start.Block);

    /// <summary>The block that an entry of an index block points at.</summary>
    public Block Child(Block parent, int entry, bool fillCache)
    {
        var value = parent.Value(entry).Span;
        if (value.Length != BlockHandle.SizeBytes)
            throw Damaged("an index entry does not name a block");
        var handle = BlockHandle.Read(value);
        if (table.FindCached(handle) is { } cached)
            return cached;
        var block = table.Read(handle);
        // The index says which entry the block ends with.
        var last = block.Count - 1;
        if (block.Version(last) != parent.Version(entry) || !block.Key(last).SequenceEqual(parent.Key(entry)))
            throw new DamagedFileException(table.Path, handle.Offset, "this is not the block that the index expects here");
        if (fillCache)
            table.Cache(handle, block);
        return block;
    }

    /// <summary>The tree's newest version of <paramref name="key"/> at or below <paramref name="versionMax"/>.</summary>
    public bool TryGet(ReadOnlySpan<byte> key, ulong versionMax, out ulong version, out ReadOnlyMemory<byte> value)
    {
        (version, value) = (0, default);
        var block = Root();
        for (var level = 0; level < IndexLevels; level++)
        {
            var child = block.FirstFrom(key, versionMax);
            if (child == block.Count)
                return false;
            block = Child(block, child, fillCache: true);
        }
        var entry = block.FirstFrom(key, versionMax);
        if (entry == block.Count || !block.Key(entry).SequenceEqual(key))
            return false;
        version = block.Version(entry);
        value = block.Value(entry);
        return true;
    }

    public DamagedFileException Damaged(string reason) => new(table.Path, start.Block.Offset, reason);
}
