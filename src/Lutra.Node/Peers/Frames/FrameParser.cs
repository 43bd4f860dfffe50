using Lutra.Storage.Checksums;

namespace Lutra.Node.Peers.Frames;

/// <summary>
/// Cuts a stream of bytes, which arrives in pieces of any size, into the bodies of frames. Each body is an array of its own, so what is decoded from it may
/// keep slices of it. Memory grows with the bytes that arrived, never with the length that was promised.
/// </summary>
internal sealed class FrameParser
{
    /// <summary>Allocated at once for a body; the rest as it arrives.</summary>
    private const int AtOnceBytes = 64 * 1024;

    private readonly byte[] headerBytes = new byte[FrameHeader.SizeBytes];
    private int headerFilled;
    private FrameHeader header;
    private byte[] body = [];
    private int bodyFilled;

    /// <summary>The longest body that is accepted; raised once the other end was checked.</summary>
    public int BodyBytesMax { get; set; } = FrameHeader.GreetingBytesMax;

    /// <summary>A frame was begun and is not whole yet.</summary>
    public bool IsInsideFrame => headerFilled > 0;

    /// <summary>
    /// Takes bytes off the front of <paramref name="bytes"/> until a body is whole (true; call again with what is left) or nothing is left (false).
    /// Throws <see cref="MalformedFrameException"/>; nothing that follows on the stream can be trusted then.
    /// </summary>
    public bool TryTake(ref ReadOnlySpan<byte> bytes, out ReadOnlyMemory<byte> whole)
    {
        whole = default;
        if (headerFilled < FrameHeader.SizeBytes && !TakeHeader(ref bytes))
            return false;

        while (bodyFilled < header.BodyLengthBytes)
        {
            if (bytes.IsEmpty)
                return false;

            GrowBody();
            var count = Math.Min(bytes.Length, body.Length - bodyFilled);
            bytes[..count].CopyTo(body.AsSpan(bodyFilled));
            bytes = bytes[count..];
            bodyFilled += count;
        }

        if (Crc32C.Compute(body) != header.Checksum)
            throw new MalformedFrameException("A frame fails its checksum.");

        whole = body;
        headerFilled = 0;
        body = [];
        bodyFilled = 0;
        return true;
    }

    private bool TakeHeader(ref ReadOnlySpan<byte> bytes)
    {
        var count = Math.Min(bytes.Length, FrameHeader.SizeBytes - headerFilled);
        bytes[..count].CopyTo(headerBytes.AsSpan(headerFilled));
        bytes = bytes[count..];
        headerFilled += count;
        if (headerFilled < FrameHeader.SizeBytes)
            return false;

        header = FrameHeader.Read(headerBytes);
        if (header.BodyLengthBytes == 0)
            throw new MalformedFrameException("A frame without a kind.");
        if (header.BodyLengthBytes > BodyBytesMax)
            throw new MalformedFrameException($"A frame of {header.BodyLengthBytes} bytes, where at most {BodyBytesMax} are accepted.");

        return true;
    }

    private void GrowBody()
    {
        if (bodyFilled < body.Length)
            return;

        var target = Math.Min(header.BodyLengthBytes, Math.Max(AtOnceBytes, body.Length * 2L));
        var larger = GC.AllocateUninitializedArray<byte>((int)target);
        body.AsSpan(0, bodyFilled).CopyTo(larger);
        body = larger;
    }
}
