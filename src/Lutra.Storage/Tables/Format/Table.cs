using Lutra.Storage.Files;

namespace Lutra.Storage.Tables;

/// <summary>
/// An immutable sorted table on disk, open for reading by any number of threads. The filter is read when first needed. Counted: the
/// last holder to let go closes the file and, where the manifest no longer names it, hands it over for deletion.
/// </summary>
internal sealed class Table
{
    /// <summary>
    /// A block holds about as much as the options say, or one entry, or two index entries: the longest there can be are shorter than this.
    /// </summary>
    private const int BlockBytesMax = TableStore.ValueBytesMax + (4 * TableStore.KeyBytesMax);

    private readonly IFile file;
    private readonly BlockCache cache;
    private readonly Action<Table> unused;
    private int holders = 1;
    private TableFilter? filter;

    private Table(string path, ManifestTable record, IFile file, TableFooter footer, BlockCache cache, Action<Table> unused)
    {
        Path = path;
        Record = record;
        this.file = file;
        this.cache = cache;
        this.unused = unused;
        Footer = footer;
        Newest = new TableTree(this, footer.Newest);
        Older = footer.Older == default ? null : new TableTree(this, footer.Older);
    }

    public string Path { get; }

    public ManifestTable Record { get; }

    public TableFooter Footer { get; }

    /// <summary>The newest version of each key that the table has.</summary>
    public TableTree Newest { get; }

    /// <summary>The versions before those; null where each key has but one.</summary>
    public TableTree? Older { get; }

    /// <summary>The durable manifest no longer names it.</summary>
    public bool IsObsolete { get; set; }

    /// <summary>Reads header and footer only. The caller holds the table and lets go of it.</summary>
    /// <exception cref="DamagedFileException">It is not the file that the manifest tells of.</exception>
    public static Table Open(IFiles files, ManifestTable record, BlockCache cache, Action<Table> unused)
    {
        if (!files.Exists(record.Path))
            throw new DamagedFileException(record.Path, 0, "the manifest names this table, but it is not there");
        return Open(files, record.Path, record, cache, unused);
    }

    /// <summary>The same at another place than the manifest's: a table that came from elsewhere and is not yet part of the state.</summary>
    public static Table Open(IFiles files, string path, ManifestTable record, BlockCache cache, Action<Table> unused)
    {
        var file = files.Open(path, writable: false);
        try
        {
            var length = file.Length;
            if (length != record.LengthBytes)
                throw new DamagedFileException(path, length, $"the table has {length} bytes, the manifest says {record.LengthBytes}");
            return new Table(path, record, file, ReadFooter(file), cache, unused);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public static TableFooter ReadFooter(IFile file)
    {
        var length = file.Length;
        if (length < TableHeader.SizeBytes + TableFooter.SizeBytes)
            throw new DamagedFileException(file.Path, length, "too short for a table");
        Span<byte> header = stackalloc byte[TableHeader.SizeBytes];
        file.Read(header, 0);
        TableHeader.Check(header, file.Path);
        Span<byte> footer = stackalloc byte[TableFooter.SizeBytes];
        file.Read(footer, length - TableFooter.SizeBytes);
        return TableFooter.Read(footer, file.Path, length - TableFooter.SizeBytes);
    }

    public void Hold() => Interlocked.Increment(ref holders);

    public void Release()
    {
        if (Interlocked.Decrement(ref holders) > 0)
            return;
        file.Dispose();
        if (IsObsolete)
            unused(this);
    }

    public int ReadRaw(Span<byte> target, long offset) => file.Read(target, offset);

    /// <summary>The newest version at or below <paramref name="versionMax"/>.</summary>
    /// <param name="hash">The <see cref="KeyHash"/> of <paramref name="key"/>.</param>
    public bool TryGet(ReadOnlySpan<byte> key, ulong hash, ulong versionMax, out ulong version, out ReadOnlyMemory<byte> value)
    {
        (version, value) = (0, default);
        if (key.SequenceCompareTo(Record.SmallestKey.Span) < 0 || key.SequenceCompareTo(Record.LargestKey.Span) > 0)
            return false;
        if (!Filter().MayContain(hash) || !Newest.TryGet(key, ulong.MaxValue, out version, out value))
            return false;
        return version <= versionMax || TryGetOlder(key, versionMax, out version, out value);
    }

    /// <summary>The same among the versions that are not the newest.</summary>
    public bool TryGetOlder(ReadOnlySpan<byte> key, ulong versionMax, out ulong version, out ReadOnlyMemory<byte> value)
    {
        Marks.OlderVersionRead.Hit();
        if (Older is { } older)
            return older.TryGet(key, versionMax, out version, out value);
        (version, value) = (0, default);
        return false;
    }

    /// <summary>Adds walks over its entries: together they have each once.</summary>
    public void OpenCursors(List<EntryCursor> cursors, bool fillCache)
    {
        cursors.Add(new TableFileCursor(Newest, fillCache));
        if (Older is { } older)
            cursors.Add(new TableFileCursor(older, fillCache));
    }

    public TableFilter Filter() =>
        filter ??= TableFilter.Parse(ReadChecked(Footer.Filter, TableFilter.SizeBytesMax), Path, Footer.Filter.Offset);

    /// <summary>A block, checked.</summary>
    public Block Read(BlockHandle handle) => Block.Parse(ReadChecked(handle, BlockBytesMax), Path, handle.Offset);

    public Block? FindCached(BlockHandle handle) => cache.Find(Record.Number, handle.Offset);

    public void Cache(BlockHandle handle, Block block) => cache.Add(Record.Number, handle.Offset, block);

    private byte[] ReadChecked(BlockHandle handle, int lengthBytesMax)
    {
        // Checked before anything of that size is allocated.
        var isWithin = handle.Offset >= TableHeader.SizeBytes && handle.Offset <= Record.LengthBytes - handle.LengthBytes;
        if (!isWithin || handle.LengthBytes <= 0 || handle.LengthBytes > lengthBytesMax)
            throw new DamagedFileException(Path, handle.Offset, $"a block of {handle.LengthBytes} bytes does not lie within the table");
        var bytes = GC.AllocateUninitializedArray<byte>(handle.LengthBytes);
        var read = file.Read(bytes, handle.Offset);
        return read == bytes.Length ? bytes : throw new DamagedFileException(Path, handle.Offset + read, "the table ends within a block");
    }
}
