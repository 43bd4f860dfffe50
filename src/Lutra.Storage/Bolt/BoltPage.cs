using System.Buffers.Binary;

namespace Lutra.Storage.Bolt;

/// <summary>What a page of a bbolt file is for. The numbers are bbolt's.</summary>
internal enum BoltPageKind : ushort
{
    Branch = 0x01,
    Leaf = 0x02,
    Meta = 0x04,
    FreeList = 0x10,
}

/// <summary>
/// The head of a page: u64 its own number, u16 kind, u16 count of elements, u32 how many further pages belong to it (which have no head); little-endian, as all of
/// a bbolt file.
/// </summary>
internal readonly record struct BoltPage(ulong Number, BoltPageKind Kind, int Count, uint Overflow)
{
    public const int HeaderBytes = 16;

    /// <summary>One element of a page before its keys and values, be it a branch (u32 place, u32 key length, u64 child) or a leaf.</summary>
    public const int ElementBytes = 16;

    /// <summary>A page has no more elements: one number of the sixteen bits means something else.</summary>
    public const int CountMax = 65_534;

    public void Write(Span<byte> target)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(target, Number);
        BinaryPrimitives.WriteUInt16LittleEndian(target[8..], (ushort)Kind);
        BinaryPrimitives.WriteUInt16LittleEndian(target[10..], (ushort)Count);
        BinaryPrimitives.WriteUInt32LittleEndian(target[12..], Overflow);
    }

    public static BoltPage Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(source),
        (BoltPageKind)BinaryPrimitives.ReadUInt16LittleEndian(source[8..]),
        BinaryPrimitives.ReadUInt16LittleEndian(source[10..]),
        BinaryPrimitives.ReadUInt32LittleEndian(source[12..]));
}
