using System.Buffers.Binary;
using Lutra.Storage.Files;

namespace Lutra.Storage.Tables;

/// <summary>The first bytes of a table: 8 bytes "LutraTbl", u32 format version, u32 <see cref="BlockChecksum"/>; little-endian.</summary>
internal static class TableHeader
{
    public const int SizeBytes = 16;
    public const uint FormatVersion = 2;

    private static ReadOnlySpan<byte> Magic => "LutraTbl"u8;

    public static void Write(Span<byte> target)
    {
        Magic.CopyTo(target);
        BinaryPrimitives.WriteUInt32LittleEndian(target[8..], FormatVersion);
        BlockChecksum.Seal(target[..SizeBytes], 0);
    }

    /// <summary>Throws unless these bytes begin a table that this build can read.</summary>
    public static void Check(ReadOnlySpan<byte> source, string path)
    {
        if (source.Length < SizeBytes || !source.StartsWith(Magic))
            throw new DamagedFileException(path, 0, "this is no table");
        if (!BlockChecksum.IsSealed(source[..SizeBytes], 0))
            throw new DamagedFileException(path, 0, "the checksum of the header is wrong");
        var version = BinaryPrimitives.ReadUInt32LittleEndian(source[8..]);
        if (version != FormatVersion)
            throw new DiskException(
                path, "read", $"the table has format version {version}, this build reads {FormatVersion}: start a build that knows it");
    }
}
