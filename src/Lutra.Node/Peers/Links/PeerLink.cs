using System.Buffers;
using Lutra.Node.Peers.Frames;

namespace Lutra.Node.Peers.Links;

internal enum LinkState
{
    /// <summary>Dialled; nobody has answered yet.</summary>
    Opening,

    /// <summary>Open; the other end has not introduced itself.</summary>
    Greeting,

    /// <summary>The other end was checked.</summary>
    Greeted,

    /// <summary>Something is still to be sent, then it is closed; nothing is read any more.</summary>
    Closing,

    Closed,
}

/// <summary>
/// One connection. What the network calls, on any thread, ends in the inbox; all other members are the loop's alone.
/// </summary>
internal sealed class PeerLink(long number, LinkInbox inbox, PeerOptions options, DialTarget? target) : IConnectionHandler
{
    private readonly Lock gate = new();
    private int unreadBytes;
    private bool isPaused;

    /// <summary>Counts the connections of a node: a later one has a higher number.</summary>
    public long Number => number;

    /// <summary>What this node dialled; null: the other end dialled.</summary>
    public DialTarget? Target => target;

    public bool IsDialled => target is not null;

    /// <summary>Of which hosts the other end proved to be; null: it had to prove nothing.</summary>
    public Func<string, bool>? Proves { get; init; }

    public LinkState State { get; set; } = LinkState.Opening;

    public IConnection? Connection { get; private set; }

    public FrameParser Parser { get; } = new();

    public OutgoingQueue Outgoing { get; } = new(options);

    /// <summary>The other end's latest hello; null until it was accepted.</summary>
    public Hello? Hello { get; set; }

    /// <summary>What this node last said of itself on it; null: nothing yet.</summary>
    public Hello? Said { get; set; }

    /// <summary>When a greeting must be heard, or a closing be done.</summary>
    public long DeadlineMs { get; set; }

    public long GreetedMs { get; set; }

    /// <summary>Another connection to the same peer is preferred: closed at this time, by the end that dialled it. Null: not.</summary>
    public long? SuperfluousAtMs { get; set; }

    /// <summary>This node dialled it for a target that is gone.</summary>
    public bool IsUnwanted { get; set; }

    public long LastReceivedMs { get; set; }

    public long NextPingMs { get; set; }

    public long? RoundTripMs { get; set; }

    /// <summary>When the last ping was sent: in milliseconds, which it carries, and more finely.</summary>
    public (long Ms, long Timestamp) PingedAt { get; set; }

    /// <summary>The other end's page in the book, once it was greeted.</summary>
    public PeerMeasures? Measures { get; set; }

    public long ReceivedBytes { get; private set; }

    public string Remote => Connection?.Remote ?? target?.Address ?? "?";

    /// <summary>Whether reading is held up by this node itself: then silence says nothing about the other end.</summary>
    public bool IsPaused
    {
        get
        {
            lock (gate)
                return isPaused;
        }
    }

    void IConnectionHandler.Opened(IConnection connection) => inbox.Post(new LinkInput(this, LinkInputKind.Opened, connection));

    void IConnectionHandler.Received(IConnection connection, ReadOnlySpan<byte> bytes)
    {
        var chunk = ArrayPool<byte>.Shared.Rent(bytes.Length);
        bytes.CopyTo(chunk);
        lock (gate)
        {
            unreadBytes += bytes.Length;
            if (!isPaused && unreadBytes > options.UnreadBytesMax)
            {
                isPaused = true;
                connection.Pause();
            }
        }

        inbox.Post(new LinkInput(this, LinkInputKind.Bytes, connection, chunk, bytes.Length));
    }

    void IConnectionHandler.Sent(IConnection connection, int bytes) => Outgoing.Sent(bytes);

    void IConnectionHandler.Closed(IConnection? connection, CloseReason reason, string message) =>
        inbox.Post(new LinkInput(this, LinkInputKind.Closed, connection, Reason: reason, Message: message));

    public void Attach(IConnection connection)
    {
        Connection = connection;
        Outgoing.Attach(connection);
    }

    /// <summary>The loop has used up a chunk.</summary>
    public void ChunkRead(LinkInput input)
    {
        ArrayPool<byte>.Shared.Return(input.Chunk!);
        ReceivedBytes += input.Length;
        lock (gate)
        {
            unreadBytes -= input.Length;
            if (!isPaused || unreadBytes > options.UnreadBytesMax / 2)
                return;

            isPaused = false;
            input.Connection!.Resume();
        }
    }
}
