using System.Buffers.Binary;
using Lutra.Storage.Checksums;

namespace Lutra.Node.Peers.Frames;

/// <summary>
/// Before every frame, little-endian: u32 length of what follows the header, u32 CRC32C of the same bytes. What follows is the kind (u8,
/// <see cref="FrameKind"/>) and its payload.
/// </summary>
internal readonly record struct FrameHeader(uint BodyLengthBytes, uint Checksum)
{
    public const int SizeBytes = 8;

    /// <summary>The longest body, kind and payload together. Above the largest entry and the largest transaction with room to spare (pitfall F02).</summary>
    public const int BodyBytesMax = 16 * 1024 * 1024;

    /// <summary>The longest body from an end that has not introduced itself.</summary>
    public const int GreetingBytesMax = 64 * 1024;

    public static FrameHeader Of(ReadOnlySpan<byte> body) => new((uint)body.Length, Crc32C.Compute(body));

    public static FrameHeader Read(ReadOnlySpan<byte> source) =>
        new(BinaryPrimitives.ReadUInt32LittleEndian(source), BinaryPrimitives.ReadUInt32LittleEndian(source[4..]));

    public void Write(Span<byte> target)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(target, BodyLengthBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(target[4..], Checksum);
    }
}
