using System.Buffers.Binary;

namespace Lutra.Storage.Bolt;

/// <summary>
/// What pages 0 and 1 of a bbolt file say, behind the head of the page: u32 magic, u32 version (2), u32 page size, u32 flags (0), u64 root page of the top tree, u64
/// sequence (0), u64 page of the free list, u64 number of pages, u64 transaction, u64 FNV-1a of all before.
/// </summary>
/// <param name="PageSizeBytes">Of every page of the file.</param>
/// <param name="Root">The page at which the tree of buckets begins.</param>
/// <param name="PageCount">The first page number that was never used; the file may be longer.</param>
/// <param name="Transaction">Of two metas the one with the higher number counts.</param>
internal readonly record struct BoltMeta(int PageSizeBytes, ulong Root, ulong PageCount, ulong Transaction)
{
    /// <summary>With the head of the page.</summary>
    public const int SizeBytes = BoltPage.HeaderBytes + FieldsBytes + sizeof(ulong);

    public const int PageSizeBytesMin = 512, PageSizeBytesMax = 65_536;

    private const uint Magic = 0xED0C_DAED, Version = 2;
    private const int FieldsBytes = 56;

    // Who opens the file finds the free pages by walking the tree.
    private const ulong FreeListNotStored = ulong.MaxValue;

    /// <summary>A whole page, of which the rest is zero already.</summary>
    public void Write(Span<byte> page, ulong number)
    {
        new BoltPage(number, BoltPageKind.Meta, 0, 0).Write(page);
        var fields = page[BoltPage.HeaderBytes..];
        BinaryPrimitives.WriteUInt32LittleEndian(fields, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(fields[4..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(fields[8..], (uint)PageSizeBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(fields[16..], Root);
        BinaryPrimitives.WriteUInt64LittleEndian(fields[32..], FreeListNotStored);
        BinaryPrimitives.WriteUInt64LittleEndian(fields[40..], PageCount);
        BinaryPrimitives.WriteUInt64LittleEndian(fields[48..], Transaction);
        Seal(page);
    }

    /// <summary>Makes the checksum that of what stands there.</summary>
    internal static void Seal(Span<byte> page)
    {
        var fields = page[BoltPage.HeaderBytes..];
        BinaryPrimitives.WriteUInt64LittleEndian(fields[FieldsBytes..], Fnv1A(fields[..FieldsBytes]));
    }

    /// <summary>Null: the bytes are no meta page, or not what was written.</summary>
    public static BoltMeta? Read(ReadOnlySpan<byte> page)
    {
        if (page.Length < SizeBytes)
            return null;
        var fields = page[BoltPage.HeaderBytes..];
        if (BinaryPrimitives.ReadUInt32LittleEndian(fields) != Magic || BinaryPrimitives.ReadUInt32LittleEndian(fields[4..]) != Version
            || BinaryPrimitives.ReadUInt64LittleEndian(fields[FieldsBytes..]) != Fnv1A(fields[..FieldsBytes]))
        {
            return null;
        }
        var pageSizeBytes = BinaryPrimitives.ReadUInt32LittleEndian(fields[8..]);
        if (pageSizeBytes is < PageSizeBytesMin or > PageSizeBytesMax || !System.Numerics.BitOperations.IsPow2(pageSizeBytes))
            return null;
        return new BoltMeta(
            (int)pageSizeBytes,
            BinaryPrimitives.ReadUInt64LittleEndian(fields[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(fields[40..]),
            BinaryPrimitives.ReadUInt64LittleEndian(fields[48..]));
    }

    private static ulong Fnv1A(ReadOnlySpan<byte> bytes)
    {
        var hash = 0xCBF2_9CE4_8422_2325UL;
        foreach (var each in bytes)
            hash = unchecked((hash ^ each) * 0x100_0000_01B3UL);
        return hash;
    }
}
