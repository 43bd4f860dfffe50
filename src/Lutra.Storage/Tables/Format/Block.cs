using System.Buffers.Binary;
using Lutra.Storage.Files;

namespace Lutra.Storage.Tables;

/// <summary>
/// What is read and checked at once. Entries in order, each u32 key length, u32 value length, u64 version, key, value; then where each
/// begins (u32 from the start of the block); u32 count; u32 <see cref="BlockChecksum"/>; little-endian. Never changed once read, so keys
/// and values are handed out without a copy.
/// </summary>
internal sealed class Block
{
    public const int EntryHeaderBytes = 16;
    public const int TrailerBytes = sizeof(int) + BlockChecksum.SizeBytes;

    private readonly byte[] bytes;
    private readonly int placesAt;

    private Block(byte[] bytes, int placesAt, int count)
    {
        this.bytes = bytes;
        this.placesAt = placesAt;
        Count = count;
    }

    /// <summary>At least 1.</summary>
    public int Count { get; }

    public int SizeBytes => bytes.Length;

    /// <summary>
    /// Takes over <paramref name="bytes"/>, read from <paramref name="fileOffset"/>; throws <see cref="DamagedFileException"/> unless they
    /// are a whole block.
    /// </summary>
    public static Block Parse(byte[] bytes, string path, long fileOffset)
    {
        if (!BlockChecksum.IsSealed(bytes, fileOffset))
            throw new DamagedFileException(path, fileOffset, "the checksum of a block is wrong");
        var count = bytes.Length < TrailerBytes ? 0 : BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(bytes.Length - TrailerBytes));
        if (count <= 0 || count > (bytes.Length - TrailerBytes) / (EntryHeaderBytes + sizeof(int)))
            throw new DamagedFileException(path, fileOffset, $"a block of {bytes.Length} bytes cannot hold {count} entries");
        var block = new Block(bytes, bytes.Length - TrailerBytes - (count * sizeof(int)), count);
        if (!block.IsWellFormed())
            throw new DamagedFileException(path, fileOffset, "the entries of a block do not fill it");
        return block;
    }

    public ReadOnlySpan<byte> Key(int entry)
    {
        var place = Place(entry);
        return bytes.AsSpan(place + EntryHeaderBytes, Int(place));
    }

    public ulong Version(int entry) => BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(Place(entry) + 8));

    public ReadOnlyMemory<byte> Value(int entry)
    {
        var place = Place(entry);
        return bytes.AsMemory(place + EntryHeaderBytes + Int(place), Int(place + 4));
    }

    /// <summary>The first entry at or after this place; <see cref="Count"/> for none.</summary>
    public int FirstFrom(ReadOnlySpan<byte> key, ulong version)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (EntryOrder.Compare(Key(middle), Version(middle), key, version) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    /// <summary>Each entry begins where the one before ends, and the last ends where the places begin.</summary>
    private bool IsWellFormed()
    {
        long end = 0;
        for (var entry = 0; entry < Count; entry++)
        {
            if (Place(entry) != end || end + EntryHeaderBytes > placesAt)
                return false;
            var (keyBytes, valueBytes) = (Int((int)end), Int((int)end + 4));
            if (keyBytes < 0 || valueBytes < 0)
                return false;
            end += EntryHeaderBytes + (long)keyBytes + valueBytes;
            if (end > placesAt)
                return false;
        }
        return end == placesAt;
    }

    private int Place(int entry) => Int(placesAt + (entry * sizeof(int)));

    private int Int(int at) => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at));
}
