using System.Buffers.Binary;
using Lutra.Storage.Checksums;

namespace Lutra.Storage.Tables;

/// <summary>
/// CRC32C of where the bytes lie in their file (u64) and of the bytes: a block that the disk read from another place fails (pitfall D08).
/// </summary>
internal static class BlockChecksum
{
    public const int SizeBytes = 4;

    public static uint Of(ReadOnlySpan<byte> bytes, long fileOffset)
    {
        Span<byte> place = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(place, fileOffset);
        return Crc32C.Extend(Crc32C.Compute(place), bytes);
    }

    /// <summary>Writes the checksum of all but the last four bytes into the last four.</summary>
    public static void Seal(Span<byte> bytes, long fileOffset) =>
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[^SizeBytes..], Of(bytes[..^SizeBytes], fileOffset));

    public static bool IsSealed(ReadOnlySpan<byte> bytes, long fileOffset) =>
        bytes.Length >= SizeBytes && BinaryPrimitives.ReadUInt32LittleEndian(bytes[^SizeBytes..]) == Of(bytes[..^SizeBytes], fileOffset);
}
