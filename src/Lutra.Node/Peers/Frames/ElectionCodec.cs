using Lutra.Raft;

namespace Lutra.Node.Peers.Frames;

/// <summary>
/// PreVoteRequest: term, last position. VoteRequest: the same, then u8 transfer. PreVoteReply and VoteReply: term, u8 granted. TimeoutNow: term, last
/// index. All varints where nothing else is said.
/// </summary>
internal static class ElectionCodec
{
    public static void Write(FrameWriter writer, PreVoteRequest request)
    {
        writer.Begin(FrameKind.PreVoteRequest);
        writer.Term(request.Term);
        writer.Position(request.LastEntry);
    }

    public static PreVoteRequest ReadPreVoteRequest(ref FrameReader reader, NodeId from, NodeId to)
    {
        var term = reader.Term();
        return new PreVoteRequest(from, to, term, reader.Position());
    }

    public static void Write(FrameWriter writer, PreVoteReply reply)
    {
        writer.Begin(FrameKind.PreVoteReply);
        writer.Term(reply.Term);
        writer.Flag(reply.Granted);
    }

    public static PreVoteReply ReadPreVoteReply(ref FrameReader reader, NodeId from, NodeId to)
    {
        var term = reader.Term();
        return new PreVoteReply(from, to, term, reader.Flag());
    }

    public static void Write(FrameWriter writer, VoteRequest request)
    {
        writer.Begin(FrameKind.VoteRequest);
        writer.Term(request.Term);
        writer.Position(request.LastEntry);
        writer.Flag(request.Transfer);
    }

    public static VoteRequest ReadVoteRequest(ref FrameReader reader, NodeId from, NodeId to)
    {
        var term = reader.Term();
        var last = reader.Position();
        return new VoteRequest(from, to, term, last, reader.Flag());
    }

    public static void Write(FrameWriter writer, VoteReply reply)
    {
        writer.Begin(FrameKind.VoteReply);
        writer.Term(reply.Term);
        writer.Flag(reply.Granted);
    }

    public static VoteReply ReadVoteReply(ref FrameReader reader, NodeId from, NodeId to)
    {
        var term = reader.Term();
        return new VoteReply(from, to, term, reader.Flag());
    }

    public static void Write(FrameWriter writer, TimeoutNow now)
    {
        writer.Begin(FrameKind.TimeoutNow);
        writer.Term(now.Term);
        writer.Index(now.LastIndex);
    }

    public static TimeoutNow ReadTimeoutNow(ref FrameReader reader, NodeId from, NodeId to)
    {
        var term = reader.Term();
        return new TimeoutNow(from, to, term, reader.Index());
    }
}
