using Lutra.Raft;

namespace Lutra.Node.Peers.Frames;

/// <summary>ReadIndexRequest: term, read. ReadIndexReply: term, read, u8 confirmed, and where it is 1 the index. All varints where nothing else is said.</summary>
internal static class ReadIndexCodec
{
    public static void Write(FrameWriter writer, ReadIndexRequest request)
    {
        writer.Begin(FrameKind.ReadIndexRequest);
        writer.Term(request.Term);
        writer.Varint(request.Read);
    }

    public static ReadIndexRequest ReadRequest(ref FrameReader reader, NodeId from, NodeId to)
    {
        var term = reader.Term();
        return new ReadIndexRequest(from, to, term, reader.Varint());
    }

    public static void Write(FrameWriter writer, ReadIndexReply reply)
    {
        writer.Begin(FrameKind.ReadIndexReply);
        writer.Term(reply.Term);
        writer.Varint(reply.Read);
        writer.Flag(reply.Index is not null);
        if (reply.Index is { } index)
            writer.Index(index);
    }

    public static ReadIndexReply ReadReply(ref FrameReader reader, NodeId from, NodeId to)
    {
        var term = reader.Term();
        var read = reader.Varint();
        LogIndex? index = reader.Flag() ? reader.Index() : null;
        return new ReadIndexReply(from, to, term, read, index);
    }
}
