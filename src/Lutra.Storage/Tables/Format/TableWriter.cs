using Lutra.Storage.Checksums;

namespace Lutra.Storage.Tables;

/// <summary>
/// Turns entries, given in order, into the bytes of a table: header, the blocks of two trees, filter, footer. The first entry of each key, its newest version,
/// goes to one tree and the versions before it to the other, so that who asks for what is newest passes over nothing. It knows no file: whoever writes takes
/// <see cref="Pending"/> away from time to time.
/// </summary>
internal sealed class TableWriter
{
    private readonly TreeWriter newest;
    private readonly TreeWriter older;
    private readonly TableFilter filter;
    private byte[] pending = new byte[64 * 1024];
    private int pendingBytes;
    private byte[] lastKey = [];
    private int lastKeyBytes;
    private ulong lastVersion;
    private long keyCount;
    private byte[] smallestKey = [];

    /// <param name="blockBytes">About how long a block shall be.</param>
    /// <param name="keyCountMax">At least the number of distinct keys to come: the filter is sized for it.</param>
    public TableWriter(int blockBytes, long keyCountMax)
    {
        newest = new TreeWriter(blockBytes, Emit);
        older = new TreeWriter(blockBytes, Emit);
        filter = TableFilter.For(keyCountMax);
    }

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
            newest.Append(key, version, value);
        }
        else
        {
            older.Append(key, version, value);
        }
        lastVersion = version;
        EntryCount++;
    }

    /// <summary>Ends the table (of one entry at least): what is pending now are its last bytes.</summary>
    public TableSummary Finish()
    {
        var (newestRoot, olderRoot) = (newest.Finish(), older.Finish());
        var filterAt = LengthBytes;
        var filterBytes = filter.Finish(filterAt);
        Emit(filterBytes);
        var footer = new TableFooter(EntryCount, keyCount, newestRoot, olderRoot, new BlockHandle(filterAt, filterBytes.Length), Checksum);
        Span<byte> footerBytes = stackalloc byte[TableFooter.SizeBytes];
        footer.Write(footerBytes, LengthBytes);
        Emit(footerBytes);
        return new TableSummary(LengthBytes, Checksum, smallestKey, lastKey.AsSpan(0, lastKeyBytes).ToArray());
    }

    /// <summary>Pending bytes have been written.</summary>
    public void ClearPending() => pendingBytes = 0;

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
