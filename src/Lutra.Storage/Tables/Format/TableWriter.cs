using Lutra.Storage.Checksums;

namespace Lutra.Storage.Tables;

/// <summary>
/// Turns entries, given in order, into the bytes of a table: header, blocks of entries with the index blocks above them between, filter,
/// footer. It knows no file: whoever writes takes <see cref="Pending"/> away from time to time.
/// </summary>
/// <param name="keyCountMax">At least the number of distinct keys to come: the filter is sized for it.</param>
internal sealed class TableWriter(int blockBytes, long keyCountMax)
{
    private readonly BlockBuilder entries = new();

    // One builder for each level of the index, the lowest first.
    private readonly List<BlockBuilder> index = [];
    private readonly TableFilter filter = TableFilter.For(keyCountMax);
    private byte[] pending = new byte[64 * 1024];
    private int pendingBytes;
    private byte[] lastKey = [];
    private int lastKeyBytes;
    private ulong lastVersion;
    private long keyCount;
    private byte[] smallestKey = [];

    /// <summary>Bytes made and not yet taken away; holds until the next call.</summary>
    public ReadOnlyMemory<byte> Pending => pending.AsMemory(0, pendingBytes);

    public long EntryCount { get; private set; }

    public long LengthBytes { get; private set; }

    /// <summary>CRC32C of everything made so far.</summary>
    public uint Checksum { get; private set; }

    public void Append(ReadOnlySpan<byte> key, ulong version, ReadOnlySpan<byte> value)
    {
        var last = lastKey.AsSpan(0, lastKeyBytes);
        if (EntryCount == 0)
        {
            Span<byte> header = stackalloc byte[TableHeader.SizeBytes];
            TableHeader.Write(header);
            Emit(header);
            smallestKey = key.ToArray();
        }
        else if (EntryOrder.Compare(last, lastVersion, key, version) >= 0)
        {
            throw new InvalidOperationException("The entries of a table must be given in order, each once.");
        }
        if (EntryCount == 0 || !last.SequenceEqual(key))
        {
            filter.Add(KeyHash.Of(key));
            keyCount++;
            Remember(key);
        }
        lastVersion = version;
        EntryCount++;
        if (entries.Count > 0 && entries.SizeWith(key.Length, value.Length) > blockBytes)
            FinishBlock(entries, level: 0);
        entries.Add(key, version, value);
    }

    /// <summary>Ends the table (of one entry at least): what is pending now are its last bytes.</summary>
    public TableSummary Finish()
    {
        FinishBlock(entries, level: 0);
        // Each level hands its last block to the one above, which may make a new level; the one that nothing lies above has the root.
        for (var level = 0; level < index.Count - 1; level++)
            FinishBlock(index[level], level + 1);
        var root = Emit(index[^1]);
        var filterAt = LengthBytes;
        var filterBytes = filter.Finish(filterAt);
        Emit(filterBytes);
        var footer = new TableFooter(EntryCount, keyCount, root, index.Count, new BlockHandle(filterAt, filterBytes.Length), Checksum);
        Span<byte> footerBytes = stackalloc byte[TableFooter.SizeBytes];
        footer.Write(footerBytes, LengthBytes);
        Emit(footerBytes);
        return new TableSummary(LengthBytes, Checksum, smallestKey, lastKey.AsSpan(0, lastKeyBytes).ToArray());
    }

    /// <summary>Pending bytes have been written.</summary>
    public void ClearPending() => pendingBytes = 0;

    /// <summary>Emits a block and enters it, under its last entry, in the index above.</summary>
    private void FinishBlock(BlockBuilder block, int level)
    {
        var key = block.LastKey.ToArray();
        var version = block.LastVersion;
        var handle = Emit(block);
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

    private BlockHandle Emit(BlockBuilder block)
    {
        var offset = LengthBytes;
        var bytes = block.Finish(offset);
        Emit(bytes);
        block.Clear();
        return new BlockHandle(offset, bytes.Length);
    }

    private void Emit(ReadOnlySpan<byte> bytes)
    {
        if (pending.Length - pendingBytes < bytes.Length)
            Array.Resize(ref pending, Math.Max(checked(pendingBytes + bytes.Length), pending.Length * 2));
        bytes.CopyTo(pending.AsSpan(pendingBytes));
        pendingBytes += bytes.Length;
        LengthBytes += bytes.Length;
        Checksum = Crc32C.Extend(Checksum, bytes);
    }

    private void Remember(ReadOnlySpan<byte> key)
    {
        if (lastKey.Length < key.Length)
            lastKey = new byte[Math.Max(key.Length, 128)];
        key.CopyTo(lastKey);
        lastKeyBytes = key.Length;
    }
}

/// <summary>What a manifest says about a table beside its number.</summary>
/// <param name="Checksum">CRC32C of the whole file.</param>
internal sealed record TableSummary(long LengthBytes, uint Checksum, ReadOnlyMemory<byte> SmallestKey, ReadOnlyMemory<byte> LargestKey);
