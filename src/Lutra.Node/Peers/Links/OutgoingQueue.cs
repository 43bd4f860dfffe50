using Lutra.Node.Peers.Frames;

namespace Lutra.Node.Peers.Links;

/// <summary>
/// What waits to go out on one connection. The loop adds; whoever finished a write takes the next, so that sending goes on without the loop.
/// One write is on its way at a time, and what gathers meanwhile is the next.
/// </summary>
internal sealed class OutgoingQueue(PeerOptions options)
{
    private readonly Lock gate = new();
    private readonly LaneBuffer[] lanes = [new(), new(), new()];
    private IConnection? connection;
    private FrameWriter? inFlight;
    private int inFlightBytes;
    private bool isClosed;

    public long SentBytes { get; private set; }

    public long DroppedFrames { get; private set; }

    public long QueuedBytes
    {
        get
        {
            lock (gate)
                return lanes[0].Bytes + lanes[1].Bytes + lanes[2].Bytes + inFlightBytes;
        }
    }

    public bool IsEmpty => QueuedBytes == 0;

    public void Attach(IConnection opened)
    {
        lock (gate)
            connection = opened;
    }

    /// <summary>False: too much waits in its lane, or the connection is closed; nothing was kept.</summary>
    public bool TryAdd(PeerFrame frame) => TryAdd(Lanes.Of(frame), frame, PeerFrameCodec.Write);

    /// <inheritdoc cref="TryAdd(PeerFrame)"/>
    public bool TryAddHello(Hello hello) => TryAdd(Lane.Urgent, hello, GreetingCodec.Write);

    public void AddRefused(string refusal) => TryAdd(Lane.Urgent, refusal, GreetingCodec.WriteRefused);

    public void AddPing(ulong token) => TryAdd(Lane.Urgent, token, static (writer, token) => GreetingCodec.WritePing(writer, FrameKind.Ping, token));

    public void AddPong(ulong token) => TryAdd(Lane.Urgent, token, static (writer, token) => GreetingCodec.WritePing(writer, FrameKind.Pong, token));

    /// <summary>Starts a write where none is on its way.</summary>
    public void Flush()
    {
        IConnection? to;
        FrameWriter? next;
        lock (gate)
        {
            if (connection is null || inFlight is not null || isClosed)
                return;

            to = connection;
            next = TakeNext();
        }

        if (next is not null)
            to.Send(next.Written);
    }

    /// <summary>From the network, on any thread.</summary>
    public void Sent(int bytes)
    {
        lock (gate)
        {
            SentBytes += bytes;
            inFlightBytes -= bytes;
            if (inFlightBytes > 0)
                return;

            inFlight?.Release();
            inFlight = null;
        }

        Flush();
    }

    /// <summary>Forgets what waits. A buffer that may still be on its way is left to the garbage collector, not given to somebody else.</summary>
    public void Close()
    {
        lock (gate)
        {
            isClosed = true;
            foreach (var lane in lanes)
                lane.Clear();
        }
    }

    private bool TryAdd<T>(Lane lane, T frame, Action<FrameWriter, T> write)
    {
        lock (gate)
        {
            var waiting = lanes[(int)lane];
            if (isClosed || waiting.Bytes >= (lane == Lane.Bulk ? options.BulkQueueBytesMax : options.QueueBytesMax))
            {
                Marks.FrameDropped.Hit();
                DroppedFrames++;
                return false;
            }

            var writer = waiting.Open;
            var before = writer.Length;
            write(writer, frame);
            waiting.Added(writer.Length - before);
            return true;
        }
    }

    private FrameWriter? TakeNext()
    {
        foreach (var lane in lanes)
        {
            if (lane.Take() is { } taken)
            {
                inFlightBytes = taken.Length;
                return inFlight = taken;
            }
        }

        return null;
    }
}
