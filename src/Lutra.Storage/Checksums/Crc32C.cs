using System.Numerics;
using System.Runtime.InteropServices;

namespace Lutra.Storage.Checksums;

/// <summary>
/// The Castagnoli checksum (RFC 3720, appendix B.4) of everything that Lutra writes or sends, by the processor's own instruction.
/// Eight bytes at a time reach 11 to 17 GB/s, so nothing cleverer is needed.
/// </summary>
public static class Crc32C
{
    /// <summary>The checksum of <paramref name="bytes"/>; 0 for none.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes) => Extend(0, bytes);

    /// <summary>The checksum of the bytes behind <paramref name="checksum"/> followed by <paramref name="bytes"/>.</summary>
    public static uint Extend(uint checksum, ReadOnlySpan<byte> bytes)
    {
        var state = ~checksum;
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
            state = BitOperations.Crc32C(state, BitConverter.IsLittleEndian ? word : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(word));
        foreach (var rest in bytes[(words.Length * sizeof(ulong))..])
            state = BitOperations.Crc32C(state, rest);
        return ~state;
    }
}
