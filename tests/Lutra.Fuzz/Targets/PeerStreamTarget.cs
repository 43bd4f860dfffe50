using System.Buffers.Binary;
using Lutra.Node.Peers;
using Lutra.Node.Peers.Frames;
using Lutra.Node.Tests.Peers.Frames;
using Lutra.Raft;

namespace Lutra.Fuzz.Targets;

/// <summary>
/// All that a peer sends to the exchange of a node: a hello, then frames, in pieces of any size. What is no frame closes that connection, and nothing of it is
/// heard any more.
/// </summary>
internal sealed class PeerStreamTarget : FuzzTarget
{
    private static readonly ClusterId cluster = new(0xC1);

    private static readonly Hello own = new(
        PeerProtocol.Min, PeerProtocol.Max, "lutra", cluster, FrameSamples.To, null, "2", true, 1, "b:1", "b:2", FormationStage.Begun, [], new LogIndex(1));

    public override string Name => "peer.stream";

    public override byte[] Example(Random random)
    {
        var samples = new FrameSamples(random);
        var writer = new FrameWriter();
        GreetingCodec.Write(writer, random.Next(4) == 0 ? samples.Hello() : samples.Hello() with
        {
            ClusterName = own.ClusterName,
            Cluster = cluster,
            Node = FrameSamples.From,
            Expected = null,
            Stage = FormationStage.Begun,
        });
        if (random.Next(8) == 0)
            GreetingCodec.WriteRefused(writer, "no");
        GreetingCodec.WritePing(writer, random.Next(2) == 0 ? FrameKind.Ping : FrameKind.Pong, (ulong)random.NextInt64());
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
        var events = new Events();
        var exchange = new PeerExchange(new NoNetwork(), own, new PeerOptions(), events, new Random(1), TimeProvider.System, () => { });
        var connection = new Connection();
        var handler = exchange.Accept();
        handler.Opened(connection);
        for (var at = 0; at < input.Length && !connection.IsClosed;)
        {
            // Pieces of one byte, of some, of all: as the input itself says. Each costs a little, whatever is in it.
            var length = Math.Min(input.Length - at, (input[at] % 3) switch { 0 when at < 500 => 1, 0 or 1 => 100, _ => 64 * 1024 });
            handler.Received(connection, input.AsSpan(at, length));
            at += length;
            while (exchange.Step(1000))
            {
                // More waits.
            }
        }

        if (connection.IsClosed)
            handler.Closed(connection, CloseReason.Closed, "closed");
        exchange.Step(1000);
        Require(!connection.IsClosed || exchange.Status.Count == 0, "a connection that is closed is still a peer's");
    }

    public override bool IsDeclared(Exception exception) => false;

    private sealed class NoNetwork : INetwork
    {
        public void Dial(string address, IConnectionHandler handler) => throw new InvalidOperationException("Nobody is dialled for what somebody says.");
    }

    private sealed class Connection : IConnection
    {
        public string Remote => "someone";

        public bool IsClosed { get; private set; }

        public void Send(ReadOnlyMemory<byte> bytes)
        {
            // Nobody reads it.
        }

        public void Pause()
        {
            // What is given comes from here.
        }

        public void Resume()
        {
            // The same.
        }

        public void Close() => IsClosed = true;
    }

    private sealed class Events : IPeerEvents
    {
        public string? Judge(Hello hello) => null;

        public void Heard(Hello hello, string? address) => Require(hello.Node != own.Node, "a node heard itself");

        public void FoundSelf(string address)
        {
            // It dialled nobody.
        }

        public void Received(NodeId from, PeerFrame frame) => Require(from != own.Node, "a frame came from the node itself");

        public void Lost(NodeId peer)
        {
            // As it should be.
        }

        public void PeerDied(NodeId peer)
        {
            // The same.
        }

        public void Unreachable(string address, string reason)
        {
            // It dialled nobody.
        }

        public void Rejected(string remote, string reason) => Require(reason.Length < 4096, "a reason as long as that is an attack itself");
    }
}
