using System.Buffers;
using System.Buffers.Binary;
using Lutra.Node.Formation;
using Lutra.Raft;
using Lutra.Storage.Checksums;

namespace Lutra.Node.Identity;

/// <summary>
/// One copy of a node's identity, little-endian. Header, 36 bytes: 8 bytes "LUTRA-ID", u16 version, u16 zero, u32 payload length, u64 sequence, u32 CRC32C of
/// the payload, u32 zero, u32 CRC32C of the header before it. Payload: u64 node id, u64 boots, text label, text cluster name, u8 stage
/// (1 fresh, 2 drafted, 3 begun), unless fresh the draft (<see cref="DraftFormat"/>), where begun the u64 log index at which it joined and u8 1 where older data are to be deleted, u128 base state. A text is a
/// u16 length and UTF-8.
/// </summary>
internal static class IdentityFormat
{
    public const ushort Version = 3;

    /// <summary>The room of one copy: 64 members with the longest label and addresses fit.</summary>
    public const int SlotBytes = 64 * 1024;

    public const int ClusterNameBytesMax = 256;

    private const int HeaderBytes = 36;
    private const byte FreshStage = 1;
    private const byte DraftedStage = 2;
    private const byte BegunStage = 3;

    private static ReadOnlySpan<byte> Magic => "LUTRA-ID"u8;

    public static ReadOnlyMemory<byte> Write(NodeIdentity identity, ulong sequence)
    {
        var payload = new ArrayBufferWriter<byte>();
        WritePayload(new FieldWriter(payload), identity);
        var copy = new byte[HeaderBytes + payload.WrittenCount];
        payload.WrittenSpan.CopyTo(copy.AsSpan(HeaderBytes));

        var header = copy.AsSpan(0, HeaderBytes);
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header[8..], Version);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], payload.WrittenCount);
        BinaryPrimitives.WriteUInt64LittleEndian(header[16..], sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(header[24..], Crc32C.Compute(payload.WrittenSpan));
        BinaryPrimitives.WriteUInt32LittleEndian(header[32..], Crc32C.Compute(header[..32]));
        if (copy.Length > SlotBytes)
            throw new InvalidOperationException($"An identity of {copy.Length} bytes does not fit into {SlotBytes}.");
        return copy;
    }

    /// <summary>Reads a copy.</summary>
    /// <exception cref="FormatException">These bytes are not what was written.</exception>
    /// <exception cref="NotSupportedException">They are whole, but of a version that this build does not know.</exception>
    public static (NodeIdentity Identity, ulong Sequence) Read(ReadOnlySpan<byte> slot)
    {
        if (slot.Length < HeaderBytes || !slot.StartsWith(Magic))
            throw new FormatException("the file does not start like an identity");
        if (Crc32C.Compute(slot[..32]) != BinaryPrimitives.ReadUInt32LittleEndian(slot[32..]))
            throw new FormatException("the header's checksum is wrong");
        if (BinaryPrimitives.ReadUInt16LittleEndian(slot[8..]) is var version && version != Version)
            throw new NotSupportedException($"it has format version {version}, and this build reads version {Version} only");
        var length = BinaryPrimitives.ReadInt32LittleEndian(slot[12..]);
        if (length < 0 || length > slot.Length - HeaderBytes)
            throw new FormatException($"its length of {length} bytes goes beyond its room");
        var payload = slot.Slice(HeaderBytes, length);
        if (Crc32C.Compute(payload) != BinaryPrimitives.ReadUInt32LittleEndian(slot[24..]))
            throw new FormatException("its checksum is wrong");
        return (ReadPayload(payload), BinaryPrimitives.ReadUInt64LittleEndian(slot[16..]));
    }

    private static void WritePayload(FieldWriter writer, NodeIdentity identity)
    {
        writer.UInt64(identity.Node.Value);
        writer.UInt64(identity.Boots);
        writer.Text(identity.Label.Text);
        writer.Text(identity.ClusterName);
        switch (identity.Formation)
        {
            case Fresh:
                writer.Byte(FreshStage);
                break;
            case Drafted drafted:
                writer.Byte(DraftedStage);
                DraftFormat.Write(writer, drafted.Draft);
                break;
            case Begun begun:
                writer.Byte(BegunStage);
                DraftFormat.Write(writer, begun.Draft);
                writer.UInt64(begun.JoinedAt.Value);
                writer.Byte(begun.DiscardsData ? (byte)1 : (byte)0);
                break;
            default:
                throw new System.Diagnostics.UnreachableException($"No bytes for {identity.Formation}");
        }
        writer.UInt128(identity.BaseState);
    }

    private static NodeIdentity ReadPayload(ReadOnlySpan<byte> payload)
    {
        var reader = new FieldReader(payload);
        var node = new NodeId(reader.UInt64());
        var boots = reader.UInt64();
        var label = Label.Parse(reader.Text(Label.LengthMax));
        var clusterName = reader.Text(ClusterNameBytesMax);
        FormationRecord formation = reader.Byte() switch
        {
            FreshStage => Fresh.Record,
            DraftedStage => new Drafted(DraftFormat.Read(ref reader)),
            BegunStage => new Begun(DraftFormat.Read(ref reader), new LogIndex(reader.UInt64()), reader.Flag()),
            var stage => throw new FormatException($"its stage is {stage}"),
        };
        var baseState = reader.UInt128();
        reader.End();
        return node.Value == 0 || boots == 0
            ? throw new FormatException("its node id or its boot counter is 0")
            : new NodeIdentity(node, label, clusterName, boots, formation, baseState);
    }
}
