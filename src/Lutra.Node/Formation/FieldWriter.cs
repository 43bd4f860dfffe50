using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Lutra.Node.Formation;

/// <summary>Writes the fields of formation messages and records: little-endian numbers, and texts as a u16 length and UTF-8.</summary>
internal readonly struct FieldWriter(IBufferWriter<byte> target)
{
    public void Byte(byte value) => target.Write([value]);

    public void UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(target.GetSpan(sizeof(ushort)), value);
        target.Advance(sizeof(ushort));
    }

    public void UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(target.GetSpan(sizeof(ulong)), value);
        target.Advance(sizeof(ulong));
    }

    public void UInt128(UInt128 value)
    {
        BinaryPrimitives.WriteUInt128LittleEndian(target.GetSpan(16), value);
        target.Advance(16);
    }

    /// <summary>A u16 length, and the bytes.</summary>
    public void Block(ReadOnlySpan<byte> bytes)
    {
        UInt16(checked((ushort)bytes.Length));
        target.Write(bytes);
    }

    public void Text(string value)
    {
        UInt16(checked((ushort)Encoding.UTF8.GetByteCount(value)));
        Encoding.UTF8.GetBytes(value, target);
    }
}
