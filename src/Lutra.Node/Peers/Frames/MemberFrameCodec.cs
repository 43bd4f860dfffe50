using Lutra.Node.Members;
using Lutra.Raft;

namespace Lutra.Node.Peers.Frames;

/// <summary>
/// MemberChange: request, flag repeated, u8 kind, its fields (a text that may be missing is a flag and, where it is set, the text). MemberAnswer: request, u8: one more
/// than the place of the error in <see cref="LutraError"/>, followed by the message; or 0, followed by u64 member, flag changed, u64 leader (0: none), index, configuration.
/// Varints where nothing else is said.
/// </summary>
internal static class MemberFrameCodec
{
    private const int TextBytesMax = 1024;
    private const int MessageBytesMax = 4096;
    private const byte AddKind = 1;
    private const byte RemoveKind = 2;
    private const byte PromoteKind = 3;
    private const byte ReplaceKind = 4;
    private const byte MoveLeaderKind = 5;
    private const byte AdmitKind = 6;
    private const byte MoveKind = 7;

    public static void Write(FrameWriter writer, MemberChangeFrame frame)
    {
        writer.Begin(FrameKind.MemberChange);
        writer.Varint(frame.Request);
        writer.Flag(frame.IsRepeated);
        switch (frame.Change)
        {
            case AddMember add:
                writer.Byte(AddKind);
                writer.Text(add.Address);
                WriteOptional(writer, add.Label);
                WriteOptional(writer, add.ClientAddress);
                writer.Flag(add.Promotion == MemberPromotion.Manual);
                break;
            case RemoveMember remove:
                writer.Byte(RemoveKind);
                writer.Text(remove.Member);
                break;
            case PromoteMember promote:
                writer.Byte(PromoteKind);
                writer.Text(promote.Member);
                break;
            case ReplaceMember replace:
                writer.Byte(ReplaceKind);
                writer.Text(replace.Member);
                WriteOptional(writer, replace.Address);
                WriteOptional(writer, replace.Label);
                WriteOptional(writer, replace.ClientAddress);
                break;
            case MoveLeader move:
                writer.Byte(MoveLeaderKind);
                WriteOptional(writer, move.To);
                break;
            case MoveMember move:
                writer.Byte(MoveKind);
                writer.Text(move.Member);
                writer.Text(move.PeerAddress);
                break;
            case AdmitNode admit:
                writer.Byte(AdmitKind);
                writer.UInt64(admit.Node.Value);
                writer.Text(admit.Label);
                writer.Flag(admit.LabelGiven);
                writer.Text(admit.PeerAddress);
                writer.Text(admit.ClientAddress);
                writer.Varint(admit.AsOf.Value);
                break;
            default:
                throw new System.Diagnostics.UnreachableException($"No encoding for {frame.Change}.");
        }
    }

    public static MemberChangeFrame ReadChange(ref FrameReader reader)
    {
        var request = reader.Varint();
        var isRepeated = reader.Flag();
        MemberChange change = reader.Byte() switch
        {
            AddKind => new AddMember(Text(ref reader), Optional(ref reader), Optional(ref reader), reader.Flag() ? MemberPromotion.Manual : MemberPromotion.Automatic),
            RemoveKind => new RemoveMember(Text(ref reader)),
            PromoteKind => new PromoteMember(Text(ref reader)),
            ReplaceKind => new ReplaceMember(Text(ref reader), Optional(ref reader), Optional(ref reader), Optional(ref reader)),
            MoveLeaderKind => new MoveLeader(Optional(ref reader)),
            AdmitKind => new AdmitNode(Node(reader.UInt64()), Text(ref reader), reader.Flag(), Text(ref reader), Text(ref reader), new LogIndex(reader.Varint())),
            MoveKind => new MoveMember(Text(ref reader), Text(ref reader)),
            var kind => throw new MalformedFrameException($"No change of members has kind {kind}."),
        };
        return new MemberChangeFrame(request, isRepeated, change);
    }

    public static void Write(FrameWriter writer, MemberAnswerFrame frame)
    {
        var answer = frame.Answer;
        writer.Begin(FrameKind.MemberAnswer);
        writer.Varint(frame.Request);
        if (answer.Error is { } error)
        {
            writer.Byte((byte)(error + 1));
            writer.Text(TextLimit.Shorten(answer.Message ?? "", MessageBytesMax));
            return;
        }

        writer.Byte(0);
        writer.UInt64(answer.Member.Value);
        writer.Flag(answer.Changed);
        writer.UInt64(answer.Leader?.Value ?? 0);
        writer.Varint(answer.At.Value);
        writer.Bytes(answer.Members.Encode());
    }

    public static MemberAnswerFrame ReadAnswer(ref FrameReader reader)
    {
        var request = reader.Varint();
        var outcome = reader.Byte();
        if (outcome != 0)
        {
            var error = (LutraError)(outcome - 1);
            if (!Enum.IsDefined(error))
                throw new MalformedFrameException($"No error has number {outcome}.");
            return new MemberAnswerFrame(request, MemberAnswer.Refuse(error, reader.Text(MessageBytesMax)));
        }

        var member = new MemberId(reader.UInt64());
        var changed = reader.Flag();
        var leader = reader.UInt64();
        var at = new LogIndex(reader.Varint());
        if (!Configuration.TryDecode(reader.Bytes().Span, out var members, out var problem))
            throw new MalformedFrameException($"Not a configuration: {problem}.");
        return new MemberAnswerFrame(request, new MemberAnswer(null, null, member, changed, leader == 0 ? null : new NodeId(leader), at, members));
    }

    private static void WriteOptional(FrameWriter writer, string? text)
    {
        writer.Flag(text is not null);
        if (text is not null)
            writer.Text(text);
    }

    private static string? Optional(ref FrameReader reader) => reader.Flag() ? Text(ref reader) : null;

    private static string Text(ref FrameReader reader) => reader.Text(TextBytesMax);

    private static NodeId Node(ulong value) => value == 0 ? throw new MalformedFrameException("No node has the id 0.") : new NodeId(value);
}
