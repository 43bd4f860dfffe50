using System.Buffers.Binary;
using System.Text;

namespace Lutra.Fuzz;

/// <summary>
/// Makes hostile inputs from good ones: flips, cuts, repeats, joins two, and does what hurts formats most: lengths that lie, numbers at their ends, words of the
/// format where they do not belong.
/// </summary>
internal sealed class Mutator(Random random)
{
    private const int LengthMax = 64 * 1024;

    private static readonly ulong[] ends =
        [0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x7FFFFFFFFFFFFFFF, 0x8000000000000000, ulong.MaxValue];

    public byte[] Mutate(byte[] example, Func<byte[]> another, IReadOnlyList<string> words)
    {
        var bytes = example;
        for (var times = random.Next(1, 5); times > 0; times--)
        {
            bytes = Once(bytes, another, words);
            if (bytes.Length > LengthMax)
                bytes = bytes[..LengthMax];
        }

        return bytes;
    }

    private byte[] Once(byte[] bytes, Func<byte[]> another, IReadOnlyList<string> words)
    {
        var (at, length) = Stretch(bytes);
        switch (random.Next(words.Count > 0 ? 13 : 12))
        {
            case 0:
            case 1:
                return Changed(bytes, at, Math.Min(1, length), span => span[0] ^= (byte)(1 << random.Next(8)));
            case 2:
                return Changed(bytes, at, length, random.NextBytes);
            case 3:
                return Changed(bytes, at, length, span => span.Fill((byte)(random.Next(2) * 0xFF)));
            case 4:
                return [.. bytes.AsSpan(0, at), .. bytes.AsSpan(at + length)];
            case 5:
                return bytes[..at];
            case 6:
                return [.. bytes.AsSpan(0, at + length), .. bytes.AsSpan(at)];
            case 7:
                return Repeat(bytes, at, length);
            case 8:
                var other = another();
                return [.. bytes.AsSpan(0, at), .. other.AsSpan(random.Next(other.Length + 1))];
            case 9:
            case 10:
                return SetNumber(bytes, at);
            case 11:
                return [.. bytes.AsSpan(0, at), .. Varint(SomeNumber(bytes.Length - at)), .. bytes.AsSpan(Math.Min(bytes.Length, at + random.Next(3)))];
            default:
                return [.. bytes.AsSpan(0, at), .. Encoding.UTF8.GetBytes(words[random.Next(words.Count)]), .. bytes.AsSpan(at + random.Next(length + 1))];
        }
    }

    private (int At, int Length) Stretch(byte[] bytes)
    {
        var at = random.Next(bytes.Length + 1);

        // Mostly short: a few bytes are where fields are.
        var most = Math.Min(bytes.Length - at, random.Next(4) == 0 ? 600 : 8);
        return (at, random.Next(most + 1));
    }

    private static byte[] Changed(byte[] bytes, int at, int length, SpanAction change)
    {
        var copy = (byte[])bytes.Clone();
        if (length > 0)
            change(copy.AsSpan(at, length));
        return copy;
    }

    private byte[] Repeat(byte[] bytes, int at, int length)
    {
        var times = length == 0 ? 0 : random.Next(1, Math.Max(2, Math.Min(1000, LengthMax / length)));
        var longer = new byte[bytes.Length + (times * length)];
        bytes.AsSpan(0, at).CopyTo(longer);
        for (var time = 0; time < times; time++)
            bytes.AsSpan(at, length).CopyTo(longer.AsSpan(at + (time * length)));
        bytes.AsSpan(at).CopyTo(longer.AsSpan(at + (times * length)));
        return longer;
    }

    private byte[] SetNumber(byte[] bytes, int at)
    {
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(number, SomeNumber(bytes.Length - at));
        var width = Math.Min(1 << random.Next(4), bytes.Length - at);
        var copy = (byte[])bytes.Clone();
        number[..width].CopyTo(copy.AsSpan(at));
        return copy;
    }

    // An end of a range, or about as many bytes as are left.
    private ulong SomeNumber(int left) => random.Next(3) switch
    {
        0 => (ulong)Math.Max(0, left + random.Next(-9, 10)),
        1 => (ulong)random.NextInt64() >> random.Next(64),
        _ => ends[random.Next(ends.Length)],
    };

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }

    private delegate void SpanAction(Span<byte> span);
}
