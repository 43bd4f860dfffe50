using System.Buffers.Binary;

namespace Lutra.Storage.Tables;

/// <summary>Where a block lies in its table: u64 offset, u32 length (checksum included); little-endian.</summary>
internal readonly record struct BlockHandle(long Offset, int LengthBytes)
{
    public const int SizeBytes = 12;

    public void Write(Span<byte> target)
    {
        BinaryPrimitives.WriteInt64LittleEndian(target, Offset);
        BinaryPrimitives.WriteInt32LittleEndian(target[8..], LengthBytes);
    }

    public static BlockHandle Read(ReadOnlySpan<byte> source) =>
        new(BinaryPrimitives.ReadInt64LittleEndian(source), BinaryPrimitives.ReadInt32LittleEndian(source[8..]));
}
