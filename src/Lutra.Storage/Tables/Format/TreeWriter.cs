namespace Lutra.Storage.Tables;

/// <summary>Turns entries, given in order, into blocks of entries and the index blocks above them.</summary>
/// <param name="emit">Writes a finished block to the end of the file, empties it, and says where it lies.</param>
internal sealed class TreeWriter(int blockBytes, Func<BlockBuilder, BlockHandle> emit)
{
    private readonly BlockBuilder entries = new();

    // One builder for each level of the index, the lowest first.
    private readonly List<BlockBuilder> index = [];

    public void Append(ReadOnlySpan<byte> key, ulong version, ReadOnlySpan<byte> value)
    {
        if (entries.Count > 0 && entries.SizeWith(key.Length, value.Length) > blockBytes)
            FinishBlock(entries, level: 0);
        entries.Add(key, version, value);
    }

    /// <summary>Writes what is left, the root last. Nothing where there was no entry.</summary>
    public TreeRoot Finish()
    {
        if (entries.Count == 0)
            return default;
        FinishBlock(entries, level: 0);
        // Each level hands its last block to the one above, which may make a new level; the one that nothing lies above has the root.
        for (var level = 0; level < index.Count - 1; level++)
            FinishBlock(index[level], level + 1);
        return new TreeRoot(emit(index[^1]), index.Count);
    }

    /// <summary>Emits a block and enters it, under its last entry, in the index above.</summary>
    private void FinishBlock(BlockBuilder block, int level)
    {
        var key = block.LastKey.ToArray();
        var version = block.LastVersion;
        var handle = emit(block);
        Span<byte> value = stackalloc byte[BlockHandle.SizeBytes];
        handle.Write(value);
        if (level == index.Count)
            index.Add(new BlockBuilder());
        var above = index[level];
        // At least two a block, however long the keys: else the tree would have no end.
        if (above.Count >= 2 && above.SizeWith(key.Length, value.Length) > blockBytes)
            FinishBlock(above, level + 1);
        above.Add(key, version, value);
    }
}
