using System.Buffers.Binary;
using Lutra.Raft;
using Lutra.Storage.Checksums;
using Lutra.Storage.Files;

namespace Lutra.Storage.Log.Format;

/// <summary>
/// The first sector of a segment; its records follow. Written with the first batch in it: until then the segment is a spare, all zeros.
/// Little-endian:
/// <code>
///  0  8 bytes "LUTRALOG"
///  8  u32 format version, 1
/// 12  u32 checksum of bytes 0..11 and 16..79
/// 16  u128 cluster id
/// 32  u64 node id
/// 40  u64 segment number
/// 48  u64 index, u64 term: the first entry in this segment
/// 64  u32 checksum field of the last record of the segment before
/// 68  u32 zero
/// 72  u64 batch of the first record, at least 1
/// </code>
/// </summary>
internal readonly record struct SegmentHeader(LogIdentity Identity, ulong Number, LogPosition FirstEntry, uint PreviousChecksum, ulong FirstBatch)
{
    public const int SizeBytes = Sectors.SizeBytes;

    public const uint Version = 1;

    /// <summary>Bytes in use; the rest of the sector is zeros.</summary>
    public const int UsedBytes = 80;

    private static ReadOnlySpan<byte> Magic => "LUTRALOG"u8;

    public void Write(Span<byte> target)
    {
        target[..SizeBytes].Clear();
        Magic.CopyTo(target);
        BinaryPrimitives.WriteUInt32LittleEndian(target[8..], Version);
        BinaryPrimitives.WriteUInt128LittleEndian(target[16..], Identity.Cluster.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(target[32..], Identity.Node.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(target[40..], Number);
        BinaryPrimitives.WriteUInt64LittleEndian(target[48..], FirstEntry.Index.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(target[56..], FirstEntry.Term.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(target[64..], PreviousChecksum);
        BinaryPrimitives.WriteUInt64LittleEndian(target[72..], FirstBatch);
        BinaryPrimitives.WriteUInt32LittleEndian(target[12..], ChecksumOf(target));
    }

    /// <summary>
    /// Null where the bytes are no whole header. Throws where they are one and not ours: of an unknown version, another node, or another
    /// place in the log.
    /// </summary>
    public static SegmentHeader? Read(ReadOnlySpan<byte> source, LogIdentity expected, ulong number, string path)
    {
        if (source.Length < UsedBytes || !source.StartsWith(Magic))
            return null;
        // Before the checksum, which may lie elsewhere in a later version. 0 is what a write that stopped here leaves.
        if (BinaryPrimitives.ReadUInt32LittleEndian(source[8..]) is var version and not (Version or 0))
            throw new DamagedFileException(path, 8, $"its format version is {version}; this program reads version {Version}");
        if (BinaryPrimitives.ReadUInt32LittleEndian(source[12..]) != ChecksumOf(source))
            return null;
        var header = new SegmentHeader(
            new LogIdentity(
                new ClusterId(BinaryPrimitives.ReadUInt128LittleEndian(source[16..])), new NodeId(BinaryPrimitives.ReadUInt64LittleEndian(source[32..]))),
            BinaryPrimitives.ReadUInt64LittleEndian(source[40..]),
            new LogPosition(
                new LogIndex(BinaryPrimitives.ReadUInt64LittleEndian(source[48..])), new Term(BinaryPrimitives.ReadUInt64LittleEndian(source[56..]))),
            BinaryPrimitives.ReadUInt32LittleEndian(source[64..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[72..]));
        if (header.Identity != expected)
            throw new DamagedFileException(path, 16, $"it belongs to node {header.Identity.Node} of cluster {header.Identity.Cluster}, not to {expected.Node} of {expected.Cluster}");
        if (header.Number != number)
            throw new DamagedFileException(path, 40, $"it is segment {header.Number} under the name of segment {number}");
        return header;
    }

    private static uint ChecksumOf(ReadOnlySpan<byte> header) => Crc32C.Extend(Crc32C.Compute(header[..12]), header[16..UsedBytes]);
}
