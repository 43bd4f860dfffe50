using System.Buffers.Binary;
using Lutra.Raft;
using Lutra.Storage.Checksums;
using Lutra.Storage.Files;

namespace Lutra.Storage.Tables;

/// <summary>
/// Which tables make up the state, newest first, and the log position that they contain: one file, written anew as a whole for every edit.
/// 8 bytes "LutraMan", u32 format version, u32 number of tables, u64 applied index, u64 applied term, u64 next number; for each table u64
/// number, u64 length, u32 checksum, u32 and the smallest key, u32 and the largest key; u32 CRC32C of all before it; little-endian.
/// </summary>
/// <param name="NextNumber">No table had this number or a higher one.</param>
internal sealed record Manifest(LogPosition Applied, ulong NextNumber, IReadOnlyList<ManifestTable> Tables)
{
    public const uint FormatVersion = 1;

    /// <summary>Longer files are refused unread.</summary>
    public const int LengthBytesMax = 256 << 20;

    private const int HeaderBytes = 40;
    private const int TableBytesMin = 28;

    public static readonly Manifest Empty = new(LogPosition.Zero, 1, []);

    private static ReadOnlySpan<byte> Magic => "LutraMan"u8;

    public byte[] ToBytes()
    {
        var tableBytes = Tables.Sum(table => TableBytesMin + table.SmallestKey.Length + table.LargestKey.Length);
        var bytes = new byte[HeaderBytes + tableBytes + sizeof(uint)];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), FormatVersion);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), Tables.Count);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(16), Applied.Index.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(24), Applied.Term.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(32), NextNumber);
        var rest = bytes.AsSpan(HeaderBytes);
        foreach (var table in Tables)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(rest, table.Number);
            BinaryPrimitives.WriteInt64LittleEndian(rest[8..], table.LengthBytes);
            BinaryPrimitives.WriteUInt32LittleEndian(rest[16..], table.Checksum);
            rest = WriteKey(rest[20..], table.SmallestKey.Span);
            rest = WriteKey(rest, table.LargestKey.Span);
        }
        BinaryPrimitives.WriteUInt32LittleEndian(rest, Crc32C.Compute(bytes.AsSpan(0, bytes.Length - sizeof(uint))));
        return bytes;
    }

    public static Manifest Parse(ReadOnlySpan<byte> bytes, string path)
    {
        if (bytes.Length < HeaderBytes + sizeof(uint) || !bytes.StartsWith(Magic))
            throw new DamagedFileException(path, 0, "this is no manifest");
        var body = bytes[..^sizeof(uint)];
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[body.Length..]) != Crc32C.Compute(body))
            throw new DamagedFileException(path, body.Length, "the checksum of the manifest is wrong");
        var version = BinaryPrimitives.ReadUInt32LittleEndian(body[8..]);
        if (version != FormatVersion)
            throw new DiskException(
                path, "read", $"the manifest has format version {version}, this build reads {FormatVersion}: start a build that knows it");
        var count = BinaryPrimitives.ReadInt32LittleEndian(body[12..]);
        var rest = body[HeaderBytes..];
        if (count < 0 || count > rest.Length / TableBytesMin)
            throw new DamagedFileException(path, 12, $"{rest.Length} bytes cannot name {count} tables");
        var index = new LogIndex(BinaryPrimitives.ReadUInt64LittleEndian(body[16..]));
        var term = new Term(BinaryPrimitives.ReadUInt64LittleEndian(body[24..]));
        var nextNumber = BinaryPrimitives.ReadUInt64LittleEndian(body[32..]);
        var tables = new List<ManifestTable>(count);
        SortedSet<ulong> numbers = [];
        for (var i = 0; i < count; i++)
        {
            var table = ReadTable(ref rest, path, bytes.Length);
            if (table.Number >= nextNumber || !numbers.Add(table.Number) || table.LengthBytes <= 0)
                throw new DamagedFileException(path, body.Length - rest.Length, $"table {table.Number} cannot be as it is described");
            tables.Add(table);
        }
        if (!rest.IsEmpty)
            throw new DamagedFileException(path, body.Length - rest.Length, "there is more than was announced");
        return new Manifest(new LogPosition(index, term), nextNumber, tables);
    }

    private static Span<byte> WriteKey(Span<byte> target, ReadOnlySpan<byte> key)
    {
        BinaryPrimitives.WriteInt32LittleEndian(target, key.Length);
        key.CopyTo(target[sizeof(int)..]);
        return target[(sizeof(int) + key.Length)..];
    }

    private static ManifestTable ReadTable(ref ReadOnlySpan<byte> rest, string path, int fileLength)
    {
        if (rest.Length < TableBytesMin)
            throw new DamagedFileException(path, fileLength - sizeof(uint) - rest.Length, "the manifest ends within a table");
        var number = BinaryPrimitives.ReadUInt64LittleEndian(rest);
        var length = BinaryPrimitives.ReadInt64LittleEndian(rest[8..]);
        var checksum = BinaryPrimitives.ReadUInt32LittleEndian(rest[16..]);
        rest = rest[20..];
        var smallest = ReadKey(ref rest, path, fileLength);
        var largest = ReadKey(ref rest, path, fileLength);
        return new ManifestTable(number, length, checksum, smallest, largest);
    }

    private static byte[] ReadKey(ref ReadOnlySpan<byte> rest, string path, int fileLength)
    {
        var length = rest.Length < sizeof(int) ? -1 : BinaryPrimitives.ReadInt32LittleEndian(rest);
        if (length < 0 || length > rest.Length - sizeof(int))
            throw new DamagedFileException(path, fileLength - sizeof(uint) - rest.Length, "the manifest ends within a key");
        var key = rest.Slice(sizeof(int), length).ToArray();
        rest = rest[(sizeof(int) + length)..];
        return key;
    }
}
