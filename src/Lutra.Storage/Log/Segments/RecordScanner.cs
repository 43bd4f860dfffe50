using Lutra.Storage.Checksums;
using Lutra.Storage.Files;
using Lutra.Storage.Log.Format;

namespace Lutra.Storage.Log.Segments;

/// <summary>
/// Reads records of one segment in the order in which they lie, checking every checksum (pitfall D05). Memory: one buffer of 128 KiB, or
/// of a record where that is larger; a length is believed only if it fits the segment.
/// </summary>
/// <param name="keepsPayloads">The payloads outlive the next read: buffers are not used again.</param>
/// <param name="bufferBytes">How much is read at once, unless a record is larger.</param>
internal sealed class RecordScanner(
    IFile file, uint seed, long offset, long end, bool keepsPayloads, int bufferBytes = RecordScanner.BufferBytesMax)
{
    public const int BufferBytesMax = 128 * 1024;

    private byte[] buffer = [];
    private long bufferOffset;
    private int bufferLength;

    /// <summary>Where the next record begins, or the bad one that stopped the scan.</summary>
    public long Offset { get; private set; } = offset;

    /// <summary>False at the end, and where the bytes are no whole record of this segment.</summary>
    public bool TryRead(out RecordHeader header, out ReadOnlyMemory<byte> payload)
    {
        payload = default;
        if (!TryReadHeader(out header) || Offset + RecordHeader.RecordBytes(header.PayloadLength) > end)
            return false;
        var length = RecordHeader.RecordBytes(header.PayloadLength);
        if (!TryFill(length))
            return false;
        var at = (int)(Offset - bufferOffset);
        payload = buffer.AsMemory(at + RecordHeader.SizeBytes, header.PayloadLength);
        if (Crc32C.Extend(seed, payload.Span) != header.PayloadChecksum || buffer[at + RecordHeader.SizeBytes + header.PayloadLength] != RecordHeader.Trailer)
            return false;
        Offset += length;
        return true;
    }

    /// <summary>The header at <see cref="Offset"/>, whatever its payload is.</summary>
    public bool TryReadHeader(out RecordHeader header)
    {
        header = default;
        return Offset + RecordHeader.SizeBytes <= end
            && TryFill(RecordHeader.SizeBytes)
            && RecordHeader.TryRead(buffer.AsSpan((int)(Offset - bufferOffset)), seed, out header)
            && header.PayloadLength <= end - Offset - RecordHeader.SizeBytes - 1;
    }

    private bool TryFill(int count)
    {
        if (Offset >= bufferOffset && Offset + count <= bufferOffset + bufferLength)
            return true;
        var wanted = (int)Math.Min(end - Offset, Math.Max(count, bufferBytes));
        if (keepsPayloads || buffer.Length < wanted)
            buffer = GC.AllocateUninitializedArray<byte>(wanted);
        bufferOffset = Offset;
        bufferLength = file.Read(buffer.AsSpan(0, wanted), Offset);
        return bufferLength >= count;
    }
}
