using System.Buffers.Binary;
using System.Security.Cryptography;
using Lutra.Storage.Checksums;

namespace Lutra.Keyspace.Snapshots;

/// <summary>
/// A state as the bytes of a snapshot, a piece at a time: the header, blocks of entries (u32 length of the body, u32 CRC32C of the block's place as u64, the length
/// and the body; entries as bytes key, varint version, bytes value), the end (u32 0, u32 checksum as of a block, u64 entries, u64 users' keys, 32 bytes SHA-256 of
/// all before it).
/// </summary>
public sealed class SnapshotWriter(ISnapshotEntries entries) : IDisposable
{
    /// <summary>No block is longer: a reader allocates no more than this on the word of a file. The longest entry fits.</summary>
    internal const int BlockBytesMax = 4 * 1024 * 1024;

    internal const int BlockHeaderBytes = 8;
    internal const int EndBytes = BlockHeaderBytes + sizeof(ulong) + sizeof(ulong) + SHA256.HashSizeInBytes;

    private const int BlockBytes = 64 * 1024;

    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly ByteWriter chunk = new(2 * BlockBytes);
    private long offset;
    private ulong entryCount;
    private ulong keyCount;
    private bool hasEnded;

    /// <summary>The piece that <see cref="Next"/> made; holds until the next call.</summary>
    public ReadOnlyMemory<byte> Chunk => chunk.WrittenMemory;

    /// <summary>Makes the next piece, of about 64 KiB; false after the last.</summary>
    public bool Next()
    {
        if (hasEnded)
            return false;
        chunk.Clear();
        if (offset == 0)
            WriteHeader();
        else
            WriteBlock();
        offset += chunk.Written.Length;
        return true;
    }

    public void Dispose() => hash.Dispose();

    private void WriteHeader()
    {
        entries.Header.Write(chunk.Reserved(SnapshotHeader.SizeBytes));
        hash.AppendData(chunk.Written);
    }

    private void WriteBlock()
    {
        chunk.Reserved(BlockHeaderBytes);
        while (chunk.Written.Length < BlockBytes && entries.Next())
        {
            entryCount++;
            keyCount += entries.Key is [TableKeys.User, ..] ? 1ul : 0;
            chunk.Bytes(entries.Key);
            chunk.Varint(entries.Version);
            chunk.Bytes(entries.Value.Span);
        }
        var block = chunk.WrittenMutable;
        Invariant.Holds(block.Length <= BlockBytesMax, "The longest entry fits a block of a snapshot.");
        if (block.Length == BlockHeaderBytes)
        {
            WriteEnd();
            return;
        }
        Seal(block, offset);
        hash.AppendData(block);
    }

    private void WriteEnd()
    {
        hasEnded = true;
        chunk.UInt64(entryCount);
        chunk.UInt64(keyCount);
        Seal(chunk.WrittenMutable, offset, lengthBytes: 0);
        hash.AppendData(chunk.Written);
        hash.GetHashAndReset(chunk.Reserved(SHA256.HashSizeInBytes));
    }

    internal static void Seal(Span<byte> block, long offset, int? lengthBytes = null)
    {
        BinaryPrimitives.WriteInt32LittleEndian(block, lengthBytes ?? (block.Length - BlockHeaderBytes));
        BinaryPrimitives.WriteUInt32LittleEndian(block[sizeof(int)..], ChecksumOf(block[..sizeof(int)], block[BlockHeaderBytes..], offset));
    }

    internal static uint ChecksumOf(ReadOnlySpan<byte> length, ReadOnlySpan<byte> body, long offset)
    {
        Span<byte> place = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(place, offset);
        return Crc32C.Extend(Crc32C.Extend(Crc32C.Compute(place), length), body);
    }
}
