using Lutra.Node.Peers.Frames;
using Lutra.Node.Tests.Peers.Frames;

namespace Lutra.Fuzz.Targets;

/// <summary>The body of a frame between nodes, of any kind; what is read must be written as bytes that read the same.</summary>
internal sealed class PeerFrameTarget : FuzzTarget
{
    public override string Name => "peer.frame";

    public override byte[] Example(Random random)
    {
        var frames = new FrameSamples(random).All().ToArray();
        return Encode(frames[random.Next(frames.Length)]);
    }

    public override void Parse(byte[] input)
    {
        if (input.Length == 0)
            return;
        var read = PeerFrameCodec.Read((FrameKind)input[0], new FrameReader(input.AsMemory(1)), FrameSamples.From, FrameSamples.To);
        var written = Encode(read);
        var again = PeerFrameCodec.Read((FrameKind)written[0], new FrameReader(written.AsMemory(1)), FrameSamples.From, FrameSamples.To);
        Require(Encode(again).AsSpan().SequenceEqual(written), "a frame that was read is written as another");
    }

    public override bool IsDeclared(Exception exception) => exception is MalformedFrameException;

    private static byte[] Encode(Lutra.Node.Peers.PeerFrame frame)
    {
        var writer = new FrameWriter();
        PeerFrameCodec.Write(writer, frame);
        var body = writer.Written[FrameHeader.SizeBytes..].ToArray();
        writer.Release();
        return body;
    }
}
