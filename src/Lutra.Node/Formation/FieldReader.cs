using System.Buffers.Binary;
using System.Text;

namespace Lutra.Node.Formation;

/// <summary>Reads what <see cref="FieldWriter"/> wrote, from bytes that anybody may have sent. Every fault is a <see cref="FormatException"/>.</summary>
internal ref struct FieldReader(ReadOnlySpan<byte> source)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private ReadOnlySpan<byte> rest = source;

    public byte Byte() => Take(1)[0];

    public bool Flag() => Byte() switch
    {
        0 => false,
        1 => true,
        var other => throw new FormatException($"A flag is {other}; it can be 0 or 1."),
    };

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(sizeof(ushort)));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));

    public UInt128 UInt128() => BinaryPrimitives.ReadUInt128LittleEndian(Take(16));

    public ReadOnlySpan<byte> Block() => Take(UInt16());

    /// <param name="bytesMax">More is refused before anything is allocated.</param>
    public string Text(int bytesMax)
    {
        var length = UInt16();
        if (length > bytesMax)
            throw new FormatException($"A text has {length} bytes; at most {bytesMax} are allowed.");
        try
        {
            return StrictUtf8.GetString(Take(length));
        }
        catch (DecoderFallbackException fault)
        {
            throw new FormatException("A text is not UTF-8.", fault);
        }
    }

    /// <summary>A number of elements, from 1 to <paramref name="countMax"/>.</summary>
    public int Count(int countMax)
    {
        var count = UInt16();
        return count > 0 && count <= countMax ? count : throw new FormatException($"A list has {count} elements; from 1 to {countMax} are allowed.");
    }

    public readonly void End()
    {
        if (!rest.IsEmpty)
            throw new FormatException($"{rest.Length} bytes follow the last field.");
    }

    private ReadOnlySpan<byte> Take(int bytes)
    {
        if (rest.Length < bytes)
            throw new FormatException($"The bytes end where {bytes} more were expected ({rest.Length} are left).");
        var taken = rest[..bytes];
        rest = rest[bytes..];
        return taken;
    }
}
