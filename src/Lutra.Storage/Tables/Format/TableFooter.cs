using System.Buffers.Binary;
using Lutra.Storage.Files;

namespace Lutra.Storage.Tables;

/// <summary>
/// The last bytes of a table: u64 entries, u64 distinct keys, root (12 bytes), u32 index levels, filter (12 bytes), u32 CRC32C of
/// everything before the footer, u32 <see cref="BlockChecksum"/>; little-endian.
/// </summary>
/// <param name="Root">The index block from which every entry is reached.</param>
/// <param name="IndexLevels">How many index blocks lie on the way to an entry: 1 where the root points at the blocks of entries.</param>
/// <param name="BodyChecksum">CRC32C of all bytes before the footer.</param>
internal sealed record TableFooter(long EntryCount, long KeyCount, BlockHandle Root, int IndexLevels, BlockHandle Filter, uint BodyChecksum)
{
    public const int SizeBytes = 52;

    /// <summary>An index block points at two blocks or more, except the root of a small table: a real tree is never this deep.</summary>
    public const int IndexLevelsMax = 40;

    public void Write(Span<byte> target, long fileOffset)
    {
        BinaryPrimitives.WriteInt64LittleEndian(target, EntryCount);
        BinaryPrimitives.WriteInt64LittleEndian(target[8..], KeyCount);
        Root.Write(target[16..]);
        BinaryPrimitives.WriteInt32LittleEndian(target[28..], IndexLevels);
        Filter.Write(target[32..]);
        BinaryPrimitives.WriteUInt32LittleEndian(target[44..], BodyChecksum);
        BlockChecksum.Seal(target[..SizeBytes], fileOffset);
    }

    public static TableFooter Read(ReadOnlySpan<byte> source, string path, long fileOffset)
    {
        if (source.Length < SizeBytes || !BlockChecksum.IsSealed(source[..SizeBytes], fileOffset))
            throw new DamagedFileException(path, fileOffset, "the checksum of the footer is wrong");
        var footer = new TableFooter(
            BinaryPrimitives.ReadInt64LittleEndian(source), BinaryPrimitives.ReadInt64LittleEndian(source[8..]),
            BlockHandle.Read(source[16..]), BinaryPrimitives.ReadInt32LittleEndian(source[28..]),
            BlockHandle.Read(source[32..]), BinaryPrimitives.ReadUInt32LittleEndian(source[44..]));
        if (footer.KeyCount < 1 || footer.EntryCount < footer.KeyCount || footer.IndexLevels is < 1 or > IndexLevelsMax)
            throw new DamagedFileException(path, fileOffset, "the footer contradicts itself");
        return footer;
    }
}
