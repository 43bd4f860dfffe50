using System.Diagnostics;
using Lutra.Node.Formation;
using Lutra.Raft;

namespace Lutra.Node.Peers.Frames;

/// <summary>
/// Every <see cref="PeerFrame"/> in bytes: which codec writes and reads which kind. A Raft message's sender and receiver are not on the wire: they are the
/// two ends of the connection, as the handshake checked them, so nobody can speak for another.
/// </summary>
internal static class PeerFrameCodec
{
    /// <summary>Writes one whole frame.</summary>
    public static void Write(FrameWriter writer, PeerFrame frame)
    {
        switch (frame)
        {
            case RaftFrame raft: WriteMessage(writer, raft.Message); break;
            case ProposeFrame propose: ProposalCodec.Write(writer, propose); break;
            case ProposeReplyFrame reply: ProposalCodec.Write(writer, reply); break;
            case LeaseFrame lease: LeaseFrameCodec.Write(writer, lease); break;
            case LeaseReplyFrame reply: LeaseFrameCodec.Write(writer, reply); break;
            case MemberChangeFrame change: MemberFrameCodec.Write(writer, change); break;
            case MemberAnswerFrame answer: MemberFrameCodec.Write(writer, answer); break;
            case RoomFrame room:
                writer.Begin(FrameKind.Room);
                writer.Flag(room.HasRoom);
                break;
            case FormationFrame formation:
                writer.Begin(FrameKind.Formation);
                FormationCodec.Write(writer, formation.Message);
                break;
            case TransferBeginFrame begin: TransferCodec.Write(writer, begin); break;
            case TransferChunkFrame chunk: TransferCodec.Write(writer, chunk); break;
            case TransferWantedFrame wanted: TransferCodec.Write(writer, wanted); break;
            case TransferEndedFrame ended: TransferCodec.Write(writer, ended); break;
            default: throw new UnreachableException($"No encoding for {frame.GetType().Name}.");
        }

        writer.End();
    }

    /// <summary>Reads the payload of a frame of <paramref name="kind"/> to its end; throws <see cref="MalformedFrameException"/>.</summary>
    public static PeerFrame Read(FrameKind kind, FrameReader reader, NodeId from, NodeId to)
    {
        PeerFrame frame = kind switch
        {
            FrameKind.PreVoteRequest => new RaftFrame(ElectionCodec.ReadPreVoteRequest(ref reader, from, to)),
            FrameKind.PreVoteReply => new RaftFrame(ElectionCodec.ReadPreVoteReply(ref reader, from, to)),
            FrameKind.VoteRequest => new RaftFrame(ElectionCodec.ReadVoteRequest(ref reader, from, to)),
            FrameKind.VoteReply => new RaftFrame(ElectionCodec.ReadVoteReply(ref reader, from, to)),
            FrameKind.TimeoutNow => new RaftFrame(ElectionCodec.ReadTimeoutNow(ref reader, from, to)),
            FrameKind.AppendRequest => new RaftFrame(AppendCodec.ReadRequest(ref reader, from, to)),
            FrameKind.AppendAccepted => new RaftFrame(AppendCodec.ReadAccepted(ref reader, from, to)),
            FrameKind.AppendRejected => new RaftFrame(AppendCodec.ReadRejected(ref reader, from, to)),
            FrameKind.Heartbeat => new RaftFrame(HeartbeatCodec.Read(ref reader, from, to)),
            FrameKind.HeartbeatReply => new RaftFrame(HeartbeatCodec.ReadReply(ref reader, from, to)),
            FrameKind.SnapshotOffer => new RaftFrame(TransferCodec.ReadOffer(ref reader, from, to)),
            FrameKind.ReadIndexRequest => new RaftFrame(ReadIndexCodec.ReadRequest(ref reader, from, to)),
            FrameKind.ReadIndexReply => new RaftFrame(ReadIndexCodec.ReadReply(ref reader, from, to)),
            FrameKind.Propose => ProposalCodec.ReadPropose(ref reader),
            FrameKind.ProposeReply => ProposalCodec.ReadReply(ref reader),
            FrameKind.Lease => LeaseFrameCodec.ReadQuestions(ref reader),
            FrameKind.LeaseReply => LeaseFrameCodec.ReadReply(ref reader),
            FrameKind.MemberChange => MemberFrameCodec.ReadChange(ref reader),
            FrameKind.MemberAnswer => MemberFrameCodec.ReadAnswer(ref reader),
            FrameKind.Room => new RoomFrame(reader.Flag()),
            FrameKind.Formation => ReadFormation(ref reader),
            FrameKind.TransferBegin => TransferCodec.ReadBegin(ref reader),
            FrameKind.TransferChunk => TransferCodec.ReadChunk(ref reader),
            FrameKind.TransferWanted => TransferCodec.ReadWanted(ref reader),
            FrameKind.TransferEnded => TransferCodec.ReadEnded(ref reader),
            _ => throw new MalformedFrameException($"No frame has kind {(byte)kind}."),
        };
        reader.End();
        return frame;
    }

    private static FormationFrame ReadFormation(ref FrameReader reader)
    {
        try
        {
            return new FormationFrame(FormationCodec.Read(reader.Rest().Span));
        }
        catch (FormatException fault)
        {
            throw new MalformedFrameException(fault.Message);
        }
    }

    private static void WriteMessage(FrameWriter writer, Message message)
    {
        switch (message)
        {
            case AppendRequest request: AppendCodec.Write(writer, request); break;
            case AppendAccepted accepted: AppendCodec.Write(writer, accepted); break;
            case AppendRejected rejected: AppendCodec.Write(writer, rejected); break;
            case Heartbeat heartbeat: HeartbeatCodec.Write(writer, heartbeat); break;
            case HeartbeatReply reply: HeartbeatCodec.Write(writer, reply); break;
            case ReadIndexRequest request: ReadIndexCodec.Write(writer, request); break;
            case ReadIndexReply reply: ReadIndexCodec.Write(writer, reply); break;
            case PreVoteRequest request: ElectionCodec.Write(writer, request); break;
            case PreVoteReply reply: ElectionCodec.Write(writer, reply); break;
            case VoteRequest request: ElectionCodec.Write(writer, request); break;
            case VoteReply reply: ElectionCodec.Write(writer, reply); break;
            case TimeoutNow now: ElectionCodec.Write(writer, now); break;
            case SnapshotOffer offer: TransferCodec.Write(writer, offer); break;
            default: throw new UnreachableException($"No encoding for {message.GetType().Name}.");
        }
    }
}
