using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Lutra.Raft;
using Lutra.Storage.Files;

namespace Lutra.Keyspace.Snapshots;

/// <summary>
/// Reads a snapshot from its beginning to its end, once, in bounded memory. Every byte may be hostile: a <see cref="DamagedFileException"/> names the place.
/// Only when <see cref="Next"/> has returned false is it known that the file is whole.
/// </summary>
public sealed class SnapshotReader : ISnapshotEntries, IDisposable
{
    private readonly IFile file;
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly SnapshotEntryRules rules;
    private byte[] block = new byte[128 * 1024];
    private int blockEnd;
    private int place;
    private (int At, int Length) key, value;
    private ulong entryCount;

    /// <param name="file">Belongs to the caller.</param>
    /// <exception cref="DamagedFileException">The file does not begin like a snapshot.</exception>
    /// <exception cref="DiskException">It has a format version that this build does not know.</exception>
    public SnapshotReader(IFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        this.file = file;
        LengthBytes = file.Length;
        var header = new byte[SnapshotHeader.SizeBytes];
        var read = file.Read(header, 0);
        Header = SnapshotHeader.Read(header.AsSpan(0, read), file.Path);
        rules = new SnapshotEntryRules(Header);
        hash.AppendData(header);
        PositionBytes = header.Length;
    }

    public SnapshotHeader Header { get; }

    public long LengthBytes { get; }

    /// <summary>How far it has read.</summary>
    public long PositionBytes { get; private set; }

    /// <summary>Users' keys met so far.</summary>
    public long KeyCount { get; private set; }

    /// <summary>Leases met so far.</summary>
    public long LeaseCount { get; private set; }

    /// <summary>Open sessions met so far.</summary>
    public long SessionCount { get; private set; }

    /// <summary>The members of the cluster that it was taken from; empty until met, and where there were none.</summary>
    public Configuration Configuration { get; private set; } = Configuration.Empty;

    /// <summary>The SHA-256 of everything but itself, as the end of the file has it; empty before the end.</summary>
    public ImmutableArray<byte> Sha256 { get; private set; } = [];

    public ReadOnlySpan<byte> Key => block.AsSpan(key.At, key.Length);

    public ulong Version { get; private set; }

    public ReadOnlyMemory<byte> Value => block.AsMemory(value.At, value.Length);

    public bool Next()
    {
        if (place == blockEnd && (!Sha256.IsEmpty || !ReadBlock()))
            return false;
        try
        {
            ReadEntry();
            rules.Check(Key, Version, Value);
        }
        catch (FormatException damage)
        {
            throw Damaged(PositionBytes - blockEnd + key.At, damage.Message);
        }
        entryCount++;
        KeyCount += Key[0] == TableKeys.User ? 1 : 0;
        LeaseCount += Key[0] == TableKeys.Leases ? 1 : 0;
        SessionCount += Key[0] == TableKeys.Sessions && Key.Length == TableKeys.SessionBytes && SessionRecord.Read(Value).IsOpen ? 1 : 0;
        if (Key.SequenceEqual(TableKeys.Configuration))
            Configuration = Configuration.Decode(Value.Span);
        return true;
    }

    public void Dispose() => hash.Dispose();

    private void ReadEntry()
    {
        key.At = place;
        var rest = new ByteReader(block.AsMemory(place, blockEnd - place));
        key = Locate(rest.Bytes().Length, rest.Remaining);
        Version = rest.Varint();
        value = Locate(rest.Bytes().Length, rest.Remaining);
        place = blockEnd - rest.Remaining;
    }

    private (int At, int Length) Locate(int length, int remaining) => (blockEnd - remaining - length, length);

    private bool ReadBlock()
    {
        Span<byte> header = stackalloc byte[SnapshotWriter.BlockHeaderBytes];
        ReadExactly(header, PositionBytes);
        var length = BinaryPrimitives.ReadInt32LittleEndian(header);
        if (length is < 0 or > SnapshotWriter.BlockBytesMax)
            throw Damaged(PositionBytes, $"a block cannot have {(uint)length} bytes");
        var isEnd = length == 0;
        var bodyBytes = isEnd ? SnapshotWriter.EndBytes - SnapshotWriter.BlockHeaderBytes - SHA256.HashSizeInBytes : length;
        // Allocated only for what the file can still hold.
        if (LengthBytes - PositionBytes - header.Length < bodyBytes)
            throw Damaged(LengthBytes, "the file ends within a block: it was cut off, so copy it again from where it is whole");
        if (block.Length < bodyBytes)
            block = new byte[bodyBytes];
        var body = block.AsSpan(0, bodyBytes);
        ReadExactly(body, PositionBytes + header.Length);
        if (BinaryPrimitives.ReadUInt32LittleEndian(header[sizeof(int)..]) != SnapshotWriter.ChecksumOf(header[..sizeof(int)], body, PositionBytes))
            throw Damaged(PositionBytes, "the checksum of a block is wrong");
        hash.AppendData(header);
        hash.AppendData(body);
        PositionBytes += header.Length + bodyBytes;
        if (isEnd)
        {
            ReadEnd(body);
            return false;
        }
        (place, blockEnd) = (0, bodyBytes);
        return true;
    }

    private void ReadEnd(ReadOnlySpan<byte> counts)
    {
        if (BinaryPrimitives.ReadUInt64LittleEndian(counts) != entryCount || BinaryPrimitives.ReadUInt64LittleEndian(counts[sizeof(ulong)..]) != (ulong)KeyCount)
            throw Damaged(PositionBytes, "its counts are not those of its entries");
        try
        {
            rules.CheckCounts(KeyCount, LeaseCount, SessionCount);
        }
        catch (FormatException damage)
        {
            throw Damaged(PositionBytes, damage.Message);
        }
        if (entryCount == 0)
            throw Damaged(PositionBytes, "it holds nothing");
        var said = new byte[SHA256.HashSizeInBytes];
        ReadExactly(said, PositionBytes);
        if (!hash.GetHashAndReset().AsSpan().SequenceEqual(said))
            throw Damaged(PositionBytes, "its SHA-256 is not that of its bytes");
        PositionBytes += said.Length;
        if (PositionBytes != LengthBytes)
            throw Damaged(PositionBytes, "something follows its end");
        Sha256 = [.. said];
    }

    private void ReadExactly(Span<byte> target, long offset)
    {
        if (file.Read(target, offset) < target.Length)
            throw Damaged(LengthBytes, "the file ends too early: it was cut off, so copy it again from where it is whole");
    }

    private DamagedFileException Damaged(long offset, string reason) => new(file.Path, offset, reason);
}
