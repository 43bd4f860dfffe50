using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Lutra.Node.Peers.Frames;

/// <summary>
/// Whole frames, one behind the other, in a pooled buffer that grows. Numbers that are small most of the time are varints (seven bits a byte, lowest
/// first, the top bit says that more follow); byte strings and texts carry their length as a varint.
/// </summary>
internal sealed class FrameWriter(int capacityBytes = 4096) : IBufferWriter<byte>
{
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(capacityBytes);
    private int frameStart;

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => buffer.AsMemory(0, Length);

    /// <summary>Begins a frame: room for its header, then its kind.</summary>
    public void Begin(FrameKind kind)
    {
        frameStart = Length;
        Reserve(FrameHeader.SizeBytes);
        Length += FrameHeader.SizeBytes;
        Byte((byte)kind);
    }

    /// <summary>Ends the frame: fills in its header. Throws, and takes the frame back, where it is longer than a peer accepts.</summary>
    public void End()
    {
        var body = buffer.AsSpan(frameStart + FrameHeader.SizeBytes, Length - frameStart - FrameHeader.SizeBytes);
        if (body.Length > FrameHeader.BodyBytesMax)
        {
            Length = frameStart;
            throw new InvalidOperationException($"A frame of {body.Length} bytes is longer than peers accept ({FrameHeader.BodyBytesMax}).");
        }

        FrameHeader.Of(body).Write(buffer.AsSpan(frameStart));
    }

    public void Byte(byte value)
    {
        Reserve(1);
        buffer[Length++] = value;
    }

    public void Flag(bool value) => Byte(value ? (byte)1 : (byte)0);

    public void UInt16(ushort value)
    {
        Reserve(sizeof(ushort));
        BinaryPrimitives.WriteUInt16LittleEndian(buffer.AsSpan(Length), value);
        Length += sizeof(ushort);
    }

    public void UInt32(uint value)
    {
        Reserve(sizeof(uint));
        BinaryPrimitives.WriteUInt32LittleEndian(buffer.AsSpan(Length), value);
        Length += sizeof(uint);
    }

    public void UInt64(ulong value)
    {
        Reserve(sizeof(ulong));
        BinaryPrimitives.WriteUInt64LittleEndian(buffer.AsSpan(Length), value);
        Length += sizeof(ulong);
    }

    public void UInt128(UInt128 value)
    {
        UInt64((ulong)value);
        UInt64((ulong)(value >> 64));
    }

    public void Varint(ulong value)
    {
        Reserve(10);
        while (value >= 0x80)
        {
            buffer[Length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        buffer[Length++] = (byte)value;
    }

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Varint((ulong)bytes.Length);
        Reserve(bytes.Length);
        bytes.CopyTo(buffer.AsSpan(Length));
        Length += bytes.Length;
    }

    /// <summary>UTF-8; characters that are no text (lone surrogates) become U+FFFD.</summary>
    public void Text(string text)
    {
        var lengthBytes = Encoding.UTF8.GetByteCount(text);
        Varint((ulong)lengthBytes);
        Reserve(lengthBytes);
        Length += Encoding.UTF8.GetBytes(text, buffer.AsSpan(Length));
    }

    void IBufferWriter<byte>.Advance(int count) => Length += count;

    Memory<byte> IBufferWriter<byte>.GetMemory(int sizeHint)
    {
        Reserve(Math.Max(sizeHint, 1));
        return buffer.AsMemory(Length);
    }

    Span<byte> IBufferWriter<byte>.GetSpan(int sizeHint)
    {
        Reserve(Math.Max(sizeHint, 1));
        return buffer.AsSpan(Length);
    }

    /// <summary>Gives the buffer back; the writer is not used again.</summary>
    public void Release()
    {
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
        Length = 0;
    }

    private void Reserve(int bytes)
    {
        if (buffer.Length - Length >= bytes)
            return;

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(checked(Length + bytes), buffer.Length * 2));
        buffer.AsSpan(0, Length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
