using Lutra.Storage.Checksums;
using Lutra.Storage.Files;

namespace Lutra.Storage.Tables;

/// <summary>
/// Reads a table that came from elsewhere from end to end before anything believes it: every checksum, every block, the order of the
/// entries, that index and filter lead to each of them, that each tree has what belongs in it, and the counts. In bounded steps; throws <see cref="DamagedFileException"/>.
/// </summary>
public sealed class TableVerification : IDisposable
{
    private readonly Table table;
    private readonly TableFileCursor newest;
    private readonly TableFileCursor? older;
    private readonly long bodyBytes;
    private byte[] buffer;
    private uint checksum;
    private long checksummedBytes;
    private byte[] smallestKey = [];
    private byte[] lastKey = [];
    private ulong lastVersion;
    private long entryCount;
    private long keyCount;

    private TableVerification(Table table)
    {
        this.table = table;
        LengthBytes = table.Record.LengthBytes;
        bodyBytes = LengthBytes - TableFooter.SizeBytes;
        buffer = new byte[(int)Math.Min(TableBuild.StepBytes, LengthBytes)];
        newest = new TableFileCursor(table.Newest, fillCache: false);
        older = table.Older is { } tree ? new TableFileCursor(tree, fillCache: false) : null;
    }

    public long LengthBytes { get; }

    /// <summary>CRC32C of the whole file; known once <see cref="Step"/> has returned true.</summary>
    public uint Checksum => checksum;

    internal TableSummary Summary => new(LengthBytes, checksum, smallestKey, lastKey);

    public static TableVerification Begin(IFiles files, string path)
    {
        var record = new ManifestTable(0, files.Length(path), 0, ReadOnlyMemory<byte>.Empty, ReadOnlyMemory<byte>.Empty);
        return new TableVerification(Table.Open(files, path, record, new BlockCache(0), _ => { }));
    }

    /// <summary>Checks about 1 MiB more; true once all is checked and right.</summary>
    public bool Step()
    {
        if (checksummedBytes < LengthBytes)
            ReadOn();
        else
            WalkOn();
        return checksummedBytes == LengthBytes && entryCount > 0 && IsAtEnd;
    }

    public void Dispose() => table.Release();

    private bool IsAtEnd => !newest.IsValid && older?.IsValid != true;

    /// <summary>The first pass: the bytes as they lie.</summary>
    private void ReadOn()
    {
        var isBody = checksummedBytes < bodyBytes;
        var piece = buffer.AsSpan(0, (int)Math.Min(buffer.Length, (isBody ? bodyBytes : LengthBytes) - checksummedBytes));
        if (table.ReadRaw(piece, checksummedBytes) != piece.Length)
            throw new DamagedFileException(table.Path, checksummedBytes, "the table ends early");
        checksum = Crc32C.Extend(checksum, piece);
        checksummedBytes += piece.Length;
        if (checksummedBytes == bodyBytes && checksum != table.Footer.BodyChecksum)
            throw new DamagedFileException(table.Path, 0, "the checksum of the whole table is wrong");
        if (checksummedBytes < LengthBytes)
            return;
        buffer = [];
        newest.Seek([], ulong.MaxValue);
        older?.Seek([], ulong.MaxValue);
        if (!newest.IsValid)
            throw Damaged("the index leads to no entry");
    }

    /// <summary>The second pass: the entries as the index leads to them.</summary>
    private void WalkOn()
    {
        for (var takenBytes = 0L; !IsAtEnd && takenBytes < TableBuild.StepBytes;)
        {
            var isOlder = older is { IsValid: true } && (!newest.IsValid || older.CompareTo(newest.Key, newest.Version) < 0);
            var cursor = isOlder ? older! : newest;
            Check(cursor.Key, cursor.Version, cursor.Value.Length, isOlder);
            takenBytes += Block.EntryHeaderBytes + cursor.Key.Length + cursor.Value.Length;
            cursor.Next();
        }
        var (entries, keys) = (table.Footer.EntryCount, table.Footer.KeyCount);
        if (IsAtEnd && (entryCount != entries || keyCount != keys))
            throw Damaged($"the footer counts {entries} entries of {keys} keys, there are {entryCount} of {keyCount}");
    }

    private void Check(ReadOnlySpan<byte> key, ulong version, int valueBytes, bool isOlder)
    {
        if (key.Length > TableStore.KeyBytesMax || valueBytes > TableStore.ValueBytesMax)
            throw Damaged($"an entry with {key.Length} bytes of key and {valueBytes} of value is too long");
        if (entryCount > 0 && EntryOrder.Compare(lastKey, lastVersion, key, version) >= 0)
            throw Damaged($"entry {entryCount} is out of order");
        var isFirst = entryCount == 0 || !key.SequenceEqual(lastKey);
        if (isFirst == isOlder)
            throw Damaged($"entry {entryCount} is in the tree of the {(isOlder ? "older" : "newest")} versions");
        if (isFirst)
        {
            if (!table.Filter().MayContain(KeyHash.Of(key)))
                throw Damaged($"the filter denies the key of entry {entryCount}");
            keyCount++;
            lastKey = key.ToArray();
        }
        if (entryCount == 0)
            smallestKey = lastKey;
        lastVersion = version;
        entryCount++;
    }

    private DamagedFileException Damaged(string reason) => table.Newest.Damaged(reason);
}
