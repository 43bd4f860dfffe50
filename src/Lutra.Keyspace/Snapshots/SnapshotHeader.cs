using System.Buffers.Binary;
using Lutra.Raft;
using Lutra.Storage.Checksums;
using Lutra.Storage.Files;

namespace Lutra.Keyspace.Snapshots;

/// <summary>
/// The first bytes of a snapshot: 8 bytes "LutraSnp", u32 format version, u32 CRC32C of all the others, u128 cluster id, u64 index, u64 term, u64 revision,
/// u64 time of making in Unix milliseconds, u64 about how many bytes follow; little-endian.
/// </summary>
/// <param name="Cluster">Whose state it is.</param>
/// <param name="Position">The last entry of the log that it contains.</param>
/// <param name="Revision">The revision at which it is consistent.</param>
/// <param name="CreatedMillis">For people.</param>
/// <param name="AboutBytes">For progress bars: what the maker had to read, which may be more than what it wrote.</param>
public sealed record SnapshotHeader(ClusterId Cluster, LogPosition Position, Revision Revision, long CreatedMillis, long AboutBytes)
{
    public const int SizeBytes = 72;
    public const uint FormatVersion = 1;

    private const int ChecksumAt = 12;
    private const int FieldsAt = 16;

    private static ReadOnlySpan<byte> Magic => "LutraSnp"u8;

    internal void Write(Span<byte> target)
    {
        Magic.CopyTo(target);
        BinaryPrimitives.WriteUInt32LittleEndian(target[8..], FormatVersion);
        BinaryPrimitives.WriteUInt128LittleEndian(target[16..], Cluster.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(target[32..], Position.Index.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(target[40..], Position.Term.Value);
        BinaryPrimitives.WriteInt64LittleEndian(target[48..], Revision.Value);
        BinaryPrimitives.WriteInt64LittleEndian(target[56..], CreatedMillis);
        BinaryPrimitives.WriteInt64LittleEndian(target[64..], AboutBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(target[ChecksumAt..], ChecksumOf(target[..SizeBytes]));
    }

    /// <summary>Reads the beginning of a snapshot.</summary>
    /// <exception cref="DamagedFileException">It is none, or not what was written.</exception>
    /// <exception cref="DiskException">It has a format version that this build does not know.</exception>
    public static SnapshotHeader Read(ReadOnlySpan<byte> source, string path)
    {
        if (source.Length < SizeBytes || !source.StartsWith(Magic))
            throw new DamagedFileException(path, 0, "this is no snapshot, as 'lutra snapshot save' writes them");
        source = source[..SizeBytes];
        // The version stands where every later format will have it, and is looked at first: its checksum may be made otherwise.
        if (BinaryPrimitives.ReadUInt32LittleEndian(source[8..]) is var version and not FormatVersion)
        {
            throw new DiskException(
                path, "read", $"the snapshot has format version {version}, this build reads {FormatVersion}: use the version of Lutra that made it, or a later one");
        }
        if (BinaryPrimitives.ReadUInt32LittleEndian(source[ChecksumAt..]) != ChecksumOf(source))
            throw new DamagedFileException(path, ChecksumAt, "the checksum of the header is wrong");
        return new SnapshotHeader(
            new ClusterId(BinaryPrimitives.ReadUInt128LittleEndian(source[16..])),
            new LogPosition(
                new LogIndex(BinaryPrimitives.ReadUInt64LittleEndian(source[32..])), new Term(BinaryPrimitives.ReadUInt64LittleEndian(source[40..]))),
            new Revision(BinaryPrimitives.ReadInt64LittleEndian(source[48..])),
            BinaryPrimitives.ReadInt64LittleEndian(source[56..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[64..]));
    }

    private static uint ChecksumOf(ReadOnlySpan<byte> header) => Crc32C.Extend(Crc32C.Compute(header[..ChecksumAt]), header[FieldsAt..]);
}
