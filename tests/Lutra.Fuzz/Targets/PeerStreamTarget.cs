using System.Buffers.Binary;
using Lutra.Node.Peers.Frames;
using Lutra.Node.Tests.Peers.Frames;

namespace Lutra.Fuzz.Targets;

/// <summary>All that a peer sends: a hello, then frames, in pieces of any size.</summary>
internal sealed class PeerStreamTarget : FuzzTarget
{
    public override string Name => "peer.stream";

    public override byte[] Example(Random random)
    {
        var samples = new FrameSamples(random);
        var writer = new FrameWriter();
        GreetingCodec.Write(writer, samples.Hello());
        if (random.Next(4) == 0)
            GreetingCodec.WriteRefused(writer, "no");
        GreetingCodec.WritePing(writer, FrameKind.Ping, (ulong)random.NextInt64());
        foreach (var frame in samples.All())
        {
            if (random.Next(6) == 0)
                PeerFrameCodec.Write(writer, frame);
        }

        var bytes = writer.Written.ToArray();
        writer.Release();
        return bytes;
    }

    public override byte[] Seal(byte[] input)
    {
        for (var at = 0; at + FrameHeader.SizeBytes < input.Length;)
        {
            var left = input.Length - at - FrameHeader.SizeBytes;
            var length = (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(input.AsSpan(at)), (uint)left);
            FrameHeader.Of(input.AsSpan(at + FrameHeader.SizeBytes, length)).Write(input.AsSpan(at));
            at += FrameHeader.SizeBytes + length;
        }

        return input;
    }

    public override void Parse(byte[] input)
    {
        var parser = new FrameParser();
        for (var at = 0; at < input.Length;)
        {
            // Pieces of one byte, of eight, of all: as the input itself says.
            var length = Math.Min(input.Length - at, (input[at] % 3) switch { 0 => 1, 1 => 8, _ => input.Length });
            ReadOnlySpan<byte> piece = input.AsSpan(at, length);
            while (parser.TryTake(ref piece, out var body))
                Read(parser, body);
            at += length;
        }
    }

    public override bool IsDeclared(Exception exception) => exception is MalformedFrameException;

    private static void Read(FrameParser parser, ReadOnlyMemory<byte> body)
    {
        var kind = (FrameKind)body.Span[0];
        var reader = new FrameReader(body[1..]);
        switch (kind)
        {
            case FrameKind.Hello:
                if (GreetingCodec.ReadHello(reader, out _, out _) is not null)
                    parser.BodyBytesMax = FrameHeader.BodyBytesMax;
                break;
            case FrameKind.Refused:
                GreetingCodec.ReadRefused(reader);
                break;
            case FrameKind.Ping or FrameKind.Pong:
                GreetingCodec.ReadPing(reader);
                break;
            default:
                PeerFrameCodec.Read(kind, reader, FrameSamples.From, FrameSamples.To);
                break;
        }
    }
}
