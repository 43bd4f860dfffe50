using System.Buffers.Binary;
using System.Text;

namespace Lutra.Node.Peers.Frames;

/// <summary>
/// Reads a body from front to back. Byte strings are slices of it, not copies. Whatever does not fit throws <see cref="MalformedFrameException"/>, before
/// anything is allocated for it.
/// </summary>
internal ref struct FrameReader(ReadOnlyMemory<byte> body)
{
    private static readonly UTF8Encoding StrictText = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlyMemory<byte> memory = body;
    private readonly ReadOnlySpan<byte> bytes = body.Span;
    private int position;

    public readonly int Remaining => bytes.Length - position;

    public byte Byte() => Take(1)[0];

    public bool Flag() => Byte() switch
    {
        0 => false,
        1 => true,
        var other => throw new MalformedFrameException($"{other} is neither yes nor no."),
    };

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(sizeof(ushort)));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));

    public UInt128 UInt128()
    {
        var low = UInt64();
        return new UInt128(UInt64(), low);
    }

    public ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Byte();
            if (shift == 63 && next > 1)
                break;

            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }

        throw new MalformedFrameException("A number does not fit in 64 bits.");
    }

    /// <summary>A varint that is an offset or a length in a file.</summary>
    public long VarintLong()
    {
        var value = Varint();
        return value <= long.MaxValue ? (long)value : throw new MalformedFrameException($"{value} does not fit in 63 bits.");
    }

    /// <summary>A varint of at most <paramref name="max"/>.</summary>
    public int VarintInt(int max)
    {
        var value = Varint();
        return value <= (ulong)max ? (int)value : throw new MalformedFrameException($"{value} is above {max}.");
    }

    /// <summary>How many items follow, each of at least <paramref name="itemBytesMin"/> bytes: refused where they cannot all be there.</summary>
    public int Count(int max, int itemBytesMin)
    {
        var count = VarintInt(max);
        return (long)count * itemBytesMin <= Remaining ? count : throw new MalformedFrameException($"{count} items in {Remaining} bytes.");
    }

    public ReadOnlyMemory<byte> Bytes()
    {
        var length = VarintInt(FrameHeader.BodyBytesMax);
        Take(length);
        return memory.Slice(position - length, length);
    }

    /// <summary>All that is left.</summary>
    public ReadOnlyMemory<byte> Rest()
    {
        var start = position;
        position = bytes.Length;
        return memory[start..];
    }

    public string Text(int lengthBytesMax)
    {
        var text = Take(VarintInt(lengthBytesMax));
        try
        {
            return StrictText.GetString(text);
        }
        catch (DecoderFallbackException)
        {
            throw new MalformedFrameException("A text is not UTF-8.");
        }
    }

    public readonly void End()
    {
        if (Remaining != 0)
            throw new MalformedFrameException($"{Remaining} bytes behind the end.");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > Remaining)
            throw new MalformedFrameException($"{count} bytes were promised, {Remaining} are there.");

        position += count;
        return bytes.Slice(position - count, count);
    }
}
