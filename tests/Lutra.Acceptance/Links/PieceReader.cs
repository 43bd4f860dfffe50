using System.Buffers.Binary;

namespace Lutra.Acceptance.Links;

/// <summary>
/// Cuts what comes from one end of a peers' connection into pieces: the head of HTTP, then frames (docs/formats.md). What is no peer's connection comes as it was read.
/// </summary>
/// <param name="isPastHead">Only frames come any more.</param>
internal sealed class PieceReader(Stream from, bool isPeer, bool isPastHead)
{
    private const int FrameHeaderBytes = 8;

    private byte[] buffer = new byte[64 * 1024];
    private int filled;
    private bool isPastHead = isPastHead;

    /// <summary>The next piece; null: the end.</summary>
    public async ValueTask<byte[]?> ReadAsync()
    {
        while (true)
        {
            if (Whole() is { } length and > 0)
                return Take(length);
            if (filled == buffer.Length)
                Array.Resize(ref buffer, buffer.Length * 2);
            var read = await from.ReadAsync(buffer.AsMemory(filled));
            if (read == 0)
                return filled > 0 ? Take(filled) : null;
            filled += read;
        }
    }

    private int Whole()
    {
        var have = buffer.AsSpan(0, filled);
        if (!isPeer)
            return filled;
        if (!isPastHead)
            return have.IndexOf("\r\n\r\n"u8) is >= 0 and var end ? end + 4 : 0;
        if (filled < FrameHeaderBytes)
            return 0;
        var length = FrameHeaderBytes + BinaryPrimitives.ReadUInt32LittleEndian(have);
        return length <= filled ? (int)length : 0;
    }

    private byte[] Take(int length)
    {
        isPastHead = true;
        var piece = buffer[..length];
        buffer.AsSpan(length, filled - length).CopyTo(buffer);
        filled -= length;
        return piece;
    }

    /// <summary>Whether a frame holds a message of consensus, which may be lost, doubled and overtaken.</summary>
    public static bool IsConsensus(byte[] frame) => frame.Length > FrameHeaderBytes && frame[FrameHeaderBytes] is >= 16 and <= 29;
}
