using Lutra.Node.Peers;
using Lutra.Node.Peers.Frames;

namespace Lutra.Node.Tests.Peers;

/// <summary>The other end of a connection that says whatever a test wants it to say.</summary>
internal sealed class RawPeer : IConnectionHandler
{
    private readonly FrameParser parser = new() { BodyBytesMax = FrameHeader.BodyBytesMax };
    private readonly Action<RawPeer> opened;

    public RawPeer(PeerWorld world, ulong from, ulong to, Action<RawPeer> opened)
    {
        this.opened = opened;
        world.Fabric.Start($"n{from}", world.Scheduler.StartProcess($"raw {from}")).Dial(PeerWorld.Address(to), this);
    }

    /// <summary>Is dialled, and answers with a hello of its own whatever it hears.</summary>
    public RawPeer(Hello hello) => opened = peer => peer.Say(writer => GreetingCodec.Write(writer, hello));

    public IConnection? Connection { get; private set; }

    public CloseReason? Ended { get; private set; }

    /// <summary>The bodies that came.</summary>
    public List<ReadOnlyMemory<byte>> Heard { get; } = [];

    public IEnumerable<FrameKind> Kinds => Heard.Select(body => (FrameKind)body.Span[0]);

    public string? Refusal =>
        Heard.Where(body => body.Span[0] == (byte)FrameKind.Refused).Select(body => GreetingCodec.ReadRefused(new FrameReader(body[1..]))).SingleOrDefault();

    public void Say(params Action<FrameWriter>[] frames)
    {
        var writer = new FrameWriter();
        foreach (var frame in frames)
            frame(writer);
        Connection!.Send(writer.Written);
    }

    void IConnectionHandler.Opened(IConnection connection)
    {
        Connection = connection;
        opened(this);
    }

    void IConnectionHandler.Received(IConnection connection, ReadOnlySpan<byte> bytes)
    {
        while (parser.TryTake(ref bytes, out var body))
            Heard.Add(body);
    }

    void IConnectionHandler.Sent(IConnection connection, int bytes)
    {
        // A raw peer sends little.
    }

    void IConnectionHandler.Closed(IConnection? connection, CloseReason reason, string message) => Ended = reason;
}
