using Lutra.Raft;

namespace Lutra.Node.Peers.Frames;

/// <summary>Raft's numbers on the wire: terms and indexes are varints; a position is its index, then its term; a
/// configuration is a byte string in the encoding of the core.</summary>
internal static class RaftFields
{
    public static void Term(this FrameWriter writer, Term term) => writer.Varint(term.Value);

    public static void Index(this FrameWriter writer, LogIndex index) => writer.Varint(index.Value);

    public static void Position(this FrameWriter writer, LogPosition position)
    {
        writer.Varint(position.Index.Value);
        writer.Varint(position.Term.Value);
    }

    public static Term Term(this ref FrameReader reader) => new(reader.Varint());

    public static LogIndex Index(this ref FrameReader reader) => new(reader.Varint());

    public static LogPosition Position(this ref FrameReader reader)
    {
        var index = reader.Index();
        return new LogPosition(index, reader.Term());
    }

    public static void Configuration(this FrameWriter writer, Configuration configuration) => writer.Bytes(configuration.Encode());

    public static Configuration Configuration(this ref FrameReader reader) =>
        Raft.Configuration.TryDecode(reader.Bytes().Span, out var configuration, out var problem)
            ? configuration
            : throw new MalformedFrameException($"No configuration: {problem}.");
}
