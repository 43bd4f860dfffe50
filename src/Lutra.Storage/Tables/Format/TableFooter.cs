using System.Buffers.Binary;
using Lutra.Storage.Files;

namespace Lutra.Storage.Tables;

/// <summary>
/// The last bytes of a table: u64 entries, u64 distinct keys, two roots (16 bytes each), filter (12 bytes), u32 CRC32C of everything before the footer,
/// u32 <see cref="BlockChecksum"/>; little-endian.
/// </summary>
/// <param name="Newest">The tree of the newest version of each key.</param>
/// <param name="Older">That of the versions before; none where each key has but one.</param>
/// <param name="BodyChecksum">CRC32C of all bytes before the footer.</param>
internal sealed record TableFooter(long EntryCount, long KeyCount, TreeRoot Newest, TreeRoot Older, BlockHandle Filter, uint BodyChecksum)
{
    public const int SizeBytes = 68;

    public void Write(Span<byte> target, long fileOffset)
    {
        BinaryPrimitives.WriteInt64LittleEndian(target, EntryCount);
        BinaryPrimitives.WriteInt64LittleEndian(target[8..], KeyCount);
        Newest.Write(target[16..]);
        Older.Write(target[32..]);
        Filter.Write(target[48..]);
        BinaryPrimitives.WriteUInt32LittleEndian(target[60..], BodyChecksum);
        BlockChecksum.Seal(target[..SizeBytes], fileOffset);
    }

    public static TableFooter Read(ReadOnlySpan<byte> source, string path, long fileOffset)
    {
        if (source.Length < SizeBytes || !BlockChecksum.IsSealed(source[..SizeBytes], fileOffset))
            throw new DamagedFileException(path, fileOffset, "the checksum of the footer is wrong");
        var footer = new TableFooter(
            BinaryPrimitives.ReadInt64LittleEndian(source), BinaryPrimitives.ReadInt64LittleEndian(source[8..]),
            TreeRoot.Read(source[16..]), TreeRoot.Read(source[32..]),
            BlockHandle.Read(source[48..]), BinaryPrimitives.ReadUInt32LittleEndian(source[60..]));
        var hasOlder = footer.EntryCount > footer.KeyCount;
        if (footer.KeyCount < 1 || footer.EntryCount < footer.KeyCount || !footer.Newest.IsPlausible
            || (hasOlder ? !footer.Older.IsPlausible : footer.Older != default))
            throw new DamagedFileException(path, fileOffset, "the footer contradicts itself");
        return footer;
    }
}
