using System.Buffers.Binary;
using Lutra.Raft;
using Lutra.Storage.Checksums;

namespace Lutra.Storage.Log.Format;

/// <summary>
/// A record is one entry: this header, the payload, one byte 0x5A, zeros up to a multiple of eight. Little-endian:
/// <code>
///  0  u32 checksum of the 44 bytes that follow, seeded with cluster, node and segment number
///  4  u32 checksum of the payload, with the same seed
///  8  u32 checksum field of the record before (the chain; across segments too)
/// 12  u32 payload length
/// 16  u64 batch: one write, one sync; counts up by one
/// 24  u64 index
/// 32  u64 term
/// 40  6 bytes zero
/// 46  u8  flags: 1 = last record of its batch
/// 47  u8  kind (<see cref="EntryKind"/>; 0 is never valid)
/// </code>
/// The last byte of header and record are never zero, so a write that stopped short shows.
/// </summary>
internal readonly record struct RecordHeader(
    uint Checksum, uint PayloadChecksum, uint Previous, int PayloadLength, ulong Batch, ulong Index, ulong Term, bool EndsBatch, EntryKind Kind)
{
    public const int SizeBytes = 48;

    public const byte Trailer = 0x5A;

    /// <summary>The most bytes that a record has beside its payload.</summary>
    public const int OverheadBytesMax = SizeBytes + 8;

    private const byte EndsBatchFlag = 1;

    public LogPosition Position => new(new LogIndex(Index), new Term(Term));

    /// <summary>The bytes of a record, padding included.</summary>
    public static int RecordBytes(int payloadLength) => checked((SizeBytes + payloadLength + 1 + 7) & ~7);

    /// <summary>Writes a whole record at the front of <paramref name="target"/>; returns its checksum field, the next record's link.</summary>
    public static uint WriteRecord(Span<byte> target, in Entry entry, ulong batch, bool endsBatch, uint previous, uint seed)
    {
        var payload = entry.Payload.Span;
        BinaryPrimitives.WriteUInt32LittleEndian(target[4..], Crc32C.Extend(seed, payload));
        BinaryPrimitives.WriteUInt32LittleEndian(target[8..], previous);
        BinaryPrimitives.WriteInt32LittleEndian(target[12..], payload.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(target[16..], batch);
        BinaryPrimitives.WriteUInt64LittleEndian(target[24..], entry.Index.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(target[32..], entry.Term.Value);
        target[40..46].Clear();
        target[46] = endsBatch ? EndsBatchFlag : (byte)0;
        target[47] = (byte)entry.Kind;
        var checksum = Crc32C.Extend(seed, target[4..SizeBytes]);
        BinaryPrimitives.WriteUInt32LittleEndian(target, checksum);
        payload.CopyTo(target[SizeBytes..]);
        target[SizeBytes + payload.Length] = Trailer;
        target[(SizeBytes + payload.Length + 1)..RecordBytes(payload.Length)].Clear();
        return checksum;
    }

    /// <summary>Marks the record at the front of <paramref name="record"/> as the last of its batch; returns its new checksum field.</summary>
    public static uint EndBatch(Span<byte> record, uint seed)
    {
        record[46] = EndsBatchFlag;
        var checksum = Crc32C.Extend(seed, record[4..SizeBytes]);
        BinaryPrimitives.WriteUInt32LittleEndian(record, checksum);
        return checksum;
    }

    /// <summary>False where the bytes are no header of this segment. The length is believed only after its checksum (pitfall D05).</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, uint seed, out RecordHeader header)
    {
        header = new RecordHeader(
            BinaryPrimitives.ReadUInt32LittleEndian(source),
            BinaryPrimitives.ReadUInt32LittleEndian(source[4..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[12..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[24..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[32..]),
            source[46] == EndsBatchFlag,
            (EntryKind)source[47]);
        return header.Kind is EntryKind.Empty or EntryKind.Command or EntryKind.Configuration
            && header.PayloadLength >= 0
            && header.Checksum == Crc32C.Extend(seed, source[4..SizeBytes]);
    }
}
