using Lutra.Raft;

namespace Lutra.Node.Peers.Frames;

/// <summary>Heartbeat: term, commit index, round. HeartbeatReply: term, round. All varints.</summary>
internal static class HeartbeatCodec
{
    public static void Write(FrameWriter writer, Heartbeat heartbeat)
    {
        writer.Begin(FrameKind.Heartbeat);
        writer.Term(heartbeat.Term);
        writer.Index(heartbeat.Commit);
        writer.Varint(heartbeat.Round);
    }

    public static Heartbeat Read(ref FrameReader reader, NodeId from, NodeId to)
    {
        var term = reader.Term();
        var commit = reader.Index();
        return new Heartbeat(from, to, term, commit, reader.Varint());
    }

    public static void Write(FrameWriter writer, HeartbeatReply reply)
    {
        writer.Begin(FrameKind.HeartbeatReply);
        writer.Term(reply.Term);
        writer.Varint(reply.Round);
    }

    public static HeartbeatReply ReadReply(ref FrameReader reader, NodeId from, NodeId to)
    {
        var term = reader.Term();
        return new HeartbeatReply(from, to, term, reader.Varint());
    }
}
