using System.Buffers.Binary;

namespace Lutra.Keyspace;

/// <summary>Bytes one after another in a buffer that grows: little-endian numbers, and varints (7 bits a byte, lowest first).</summary>
internal sealed class ByteWriter(int capacityBytes = 256)
{
    private byte[] buffer = GC.AllocateUninitializedArray<byte>(capacityBytes);
    private int length;

    public ReadOnlySpan<byte> Written => buffer.AsSpan(0, length);

    public ReadOnlyMemory<byte> WrittenMemory => buffer.AsMemory(0, length);

    /// <summary>For what is known only once the rest is written: a length, a checksum.</summary>
    public Span<byte> WrittenMutable => buffer.AsSpan(0, length);

    public void Clear() => length = 0;

    /// <summary>What was written, without a copy where the capacity was right. The writer is not used after it.</summary>
    public byte[] Detach() => length == buffer.Length ? buffer : Written.ToArray();

    public void Byte(byte value)
    {
        Reserve(1);
        buffer[length++] = value;
    }

    public void UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(Take(sizeof(ushort)), value);
    }

    public void UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(Take(sizeof(ulong)), value);
    }

    public void UInt64BigEndian(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(Take(sizeof(ulong)), value);
    }

    public void UInt32BigEndian(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(Take(sizeof(uint)), value);
    }

    public void Varint(ulong value)
    {
        Reserve(ByteReader.VarintBytesMax);
        while (value >= 0x80)
        {
            buffer[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        buffer[length++] = (byte)value;
    }

    /// <summary>A signed number as the varint of its two's complement: short for the numbers that occur, which are not negative.</summary>
    public void Varint(long value) => Varint((ulong)value);

    /// <summary>Room for <paramref name="count"/> bytes, which the caller fills at once.</summary>
    public Span<byte> Reserved(int count) => Take(count);

    public void Raw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    /// <summary>The length as a varint, then the bytes.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Varint((ulong)bytes.Length);
        Raw(bytes);
    }

    private Span<byte> Take(int count)
    {
        Reserve(count);
        length += count;
        return buffer.AsSpan(length - count, count);
    }

    private void Reserve(int count)
    {
        if (buffer.Length - length < count)
            Array.Resize(ref buffer, Math.Max(checked(length + count), buffer.Length * 2));
    }
}
