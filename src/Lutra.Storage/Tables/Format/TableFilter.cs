using Lutra.Storage.Files;

namespace Lutra.Storage.Tables;

/// <summary>
/// A Bloom filter over the keys of a table: about 1 in 80 absent keys seems present, a present key never seems absent. Lines of 64 bytes; a
/// key touches 6 bits of one line, so that asking costs one cache miss. On disk: the lines, then u32 <see cref="BlockChecksum"/>.
/// </summary>
internal sealed class TableFilter
{
    private const int LineBytes = 64;
    private const int LineBits = LineBytes * 8;
    private const int BitsPerKey = 10;
    private const int BitsSetPerKey = 6;

    // A filter is read whole: beyond this it grows weaker, not larger.
    private const long LinesMax = (256 << 20) / LineBytes;

    public const int SizeBytesMax = (int)(LinesMax * LineBytes) + BlockChecksum.SizeBytes;

    // The lines and room for the checksum.
    private readonly byte[] bytes;

    private TableFilter(byte[] bytes) => this.bytes = bytes;

    public static TableFilter For(long keyCountMax)
    {
        var lines = Math.Clamp(((keyCountMax * BitsPerKey) + LineBits - 1) / LineBits, 1, LinesMax);
        return new TableFilter(new byte[(lines * LineBytes) + BlockChecksum.SizeBytes]);
    }

    /// <summary>Takes over <paramref name="bytes"/>, read from <paramref name="fileOffset"/>.</summary>
    public static TableFilter Parse(byte[] bytes, string path, long fileOffset)
    {
        if (!BlockChecksum.IsSealed(bytes, fileOffset))
            throw new DamagedFileException(path, fileOffset, "the checksum of the filter is wrong");
        if (bytes.Length < LineBytes + BlockChecksum.SizeBytes || (bytes.Length - BlockChecksum.SizeBytes) % LineBytes != 0)
            throw new DamagedFileException(path, fileOffset, $"a filter cannot have {bytes.Length} bytes");
        return new TableFilter(bytes);
    }

    public void Add(ulong hash)
    {
        var line = Line(hash);
        var (bit, step) = FirstBit(hash);
        for (var i = 0; i < BitsSetPerKey; i++, bit += step)
            line[(int)(bit % LineBits) >> 3] |= (byte)(1 << (int)(bit & 7));
    }

    public bool MayContain(ulong hash)
    {
        var line = Line(hash);
        var (bit, step) = FirstBit(hash);
        for (var i = 0; i < BitsSetPerKey; i++, bit += step)
        {
            if ((line[(int)(bit % LineBits) >> 3] & (1 << (int)(bit & 7))) == 0)
                return false;
        }
        return true;
    }

    /// <summary>The filter as it lies at <paramref name="fileOffset"/>.</summary>
    public ReadOnlySpan<byte> Finish(long fileOffset)
    {
        BlockChecksum.Seal(bytes, fileOffset);
        return bytes;
    }

    // The upper half of the hash chooses the line, the lower half the bits.
    private Span<byte> Line(ulong hash)
    {
        var lines = (ulong)((bytes.Length - BlockChecksum.SizeBytes) / LineBytes);
        return bytes.AsSpan((int)(((hash >> 32) * lines) >> 32) * LineBytes, LineBytes);
    }

    private static (uint Bit, uint Step) FirstBit(ulong hash) => ((uint)hash, ((uint)hash >> 15) | 1);
}
