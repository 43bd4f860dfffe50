using System.Buffers;
using Lutra.Node.Identity;
using Lutra.Node.Peers.Frames;
using Lutra.Raft;

namespace Lutra.Node.Formation;

/// <summary>
/// The bytes of a <see cref="FormationMessage"/> inside a peer frame: a kind, then its fields. Roll: u64 ballot number (0: none), u64 drafter, flag settled, u16 entries, each
/// text address, u64 node (0: unknown), text label. DraftOffer: a draft (<see cref="DraftFormat"/>). DraftStored: u64 ballot number, u64 drafter. ClusterBegun: a draft,
/// u64 log index, u16 length and the configuration there. JoinAsked: u64 log index. JoinRefused: a text.
/// </summary>
internal static class FormationCodec
{
    private const byte RollKind = 1;
    private const byte DraftOfferKind = 2;
    private const byte DraftStoredKind = 3;
    private const byte ClusterBegunKind = 4;
    private const byte JoinAskedKind = 5;
    private const byte JoinRefusedKind = 6;

    public static void Write(IBufferWriter<byte> target, FormationMessage message)
    {
        var writer = new FieldWriter(target);
        switch (message)
        {
            case Roll roll:
                writer.Byte(RollKind);
                WriteBallot(writer, roll.Held);
                writer.Byte(roll.Settled ? (byte)1 : (byte)0);
                writer.UInt16(checked((ushort)roll.Entries.Count));
                foreach (var entry in roll.Entries)
                {
                    writer.Text(entry.Address);
                    writer.UInt64(entry.Node?.Value ?? 0);
                    writer.Text(entry.Label);
                }
                break;
            case DraftOffer offer:
                writer.Byte(DraftOfferKind);
                DraftFormat.Write(writer, offer.Draft);
                break;
            case DraftStored stored:
                writer.Byte(DraftStoredKind);
                WriteBallot(writer, stored.Ballot);
                break;
            case ClusterBegun begun:
                writer.Byte(ClusterBegunKind);
                DraftFormat.Write(writer, begun.Draft);
                writer.UInt64(begun.At.Value);
                writer.Block(begun.Members.Encode());
                break;
            case JoinAsked asked:
                writer.Byte(JoinAskedKind);
                writer.UInt64(asked.KnownAt.Value);
                break;
            case JoinRefused refused:
                writer.Byte(JoinRefusedKind);
                writer.Text(TextLimit.Shorten(refused.Reason, JoinRefused.ReasonBytesMax));
                break;
            default:
                throw new System.Diagnostics.UnreachableException($"No bytes for {message}");
        }
    }

    /// <exception cref="FormatException">The bytes are no formation message; nothing was allocated beyond their own size.</exception>
    public static FormationMessage Read(ReadOnlySpan<byte> source)
    {
        var reader = new FieldReader(source);
        FormationMessage message = reader.Byte() switch
        {
            RollKind => ReadRoll(ref reader),
            DraftOfferKind => new DraftOffer(DraftFormat.Read(ref reader)),
            DraftStoredKind => new DraftStored(ReadBallot(ref reader)),
            ClusterBegunKind => new ClusterBegun(DraftFormat.Read(ref reader), new LogIndex(reader.UInt64()), Configuration.Decode(reader.Block())),
            JoinAskedKind => new JoinAsked(new LogIndex(reader.UInt64())),
            JoinRefusedKind => new JoinRefused(reader.Text(JoinRefused.ReasonBytesMax)),
            var kind => throw new FormatException($"No formation message is of kind {kind}."),
        };
        reader.End();
        return message;
    }

    private static void WriteBallot(FieldWriter writer, Ballot ballot)
    {
        writer.UInt64(ballot.Number);
        writer.UInt64(ballot.Drafter.Value);
    }

    private static Ballot ReadBallot(ref FieldReader reader) => new(reader.UInt64(), new NodeId(reader.UInt64()));

    private static Roll ReadRoll(ref FieldReader reader)
    {
        var held = ReadBallot(ref reader);
        var settled = reader.Flag();
        var entries = new List<RollEntry>();
        for (var left = reader.Count(Draft.MembersMax); left > 0; left--)
        {
            var address = reader.Text(DraftFormat.AddressBytesMax);
            var node = reader.UInt64();
            var label = reader.Text(Label.LengthMax);
            if (node == 0 ? label.Length > 0 || settled : Label.TryParse(label, out _) is null)
                throw new FormatException("An entry of a roll has a node without a label, or a label without a node.");
            entries.Add(new RollEntry(address, node == 0 ? null : new NodeId(node), label));
        }
        return new Roll(held, settled, entries);
    }
}
