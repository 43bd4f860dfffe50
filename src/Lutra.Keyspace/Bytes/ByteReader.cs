using System.Buffers.Binary;

namespace Lutra.Keyspace;

/// <summary>
/// Reads what <see cref="ByteWriter"/> wrote, from bytes that may be hostile: whatever does not fit is a <see cref="FormatException"/>.
/// Byte strings are slices of the source, never copies.
/// </summary>
internal ref struct ByteReader(ReadOnlyMemory<byte> source)
{
    public const int VarintBytesMax = 10;

    private readonly ReadOnlyMemory<byte> source = source;
    private readonly ReadOnlySpan<byte> span = source.Span;
    private int position;

    public readonly int Remaining => span.Length - position;

    public byte Byte()
    {
        if (position >= span.Length)
            throw CutShort();
        return span[position++];
    }

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(sizeof(ushort)));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));

    public ulong UInt64BigEndian() => BinaryPrimitives.ReadUInt64BigEndian(Take(sizeof(ulong)));

    public ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 0x7f) << shift;
            if (next >= 0x80)
                continue;

            // One value has one spelling, so that equal requests are equal bytes.
            if ((next == 0 && shift > 0) || (shift == 63 && next > 1))
                break;
            return value;
        }

        throw new FormatException("A number is spelled too long.");
    }

    public uint VarintUInt32() => Varint() is var value and <= uint.MaxValue ? (uint)value : throw new FormatException("A number is too large for its place.");

    public long VarintSigned() => (long)Varint();

    /// <summary>
    /// A count of things that take at least <paramref name="bytesEachMin"/> bytes each: never more than what is left could hold.
    /// </summary>
    public int Count(int bytesEachMin)
    {
        var count = Varint();
        if (count > (ulong)(Remaining / bytesEachMin))
            throw CutShort();
        return (int)count;
    }

    /// <summary>A length as a varint, then that many bytes.</summary>
    public ReadOnlyMemory<byte> Bytes() => Raw(Count(1));

    public ReadOnlyMemory<byte> Raw(int count)
    {
        Take(count);
        return source.Slice(position - count, count);
    }

    public ReadOnlyMemory<byte> Rest() => Raw(Remaining);

    public readonly void ExpectEnd()
    {
        if (Remaining > 0)
            throw new FormatException($"{Remaining} bytes are left over at the end.");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > Remaining)
            throw CutShort();
        position += count;
        return span.Slice(position - count, count);
    }

    private static FormatException CutShort() => new("The bytes end too early.");
}
