namespace Lutra.Node.Peers;

/// <summary>
/// Connections to other nodes, as ordered streams of bytes. Implemented by sockets and by the simulator's network; everything above
/// (handshake, frames, reconnection) is the same in both.
/// </summary>
public interface INetwork
{
    /// <summary>
    /// Dials a peer's address. Exactly one of <see cref="IConnectionHandler.Opened"/> and <see cref="IConnectionHandler.Closed"/> follows, at a later
    /// step; after an opening, one closing ends it.
    /// </summary>
    void Dial(string address, IConnectionHandler handler);
}

/// <summary>An open connection.</summary>
public interface IConnection
{
    /// <summary>Who is at the other end, for messages only.</summary>
    string Remote { get; }

    /// <summary>
    /// Takes bytes to send, in order. They are copied or used up before <see cref="IConnectionHandler.Sent"/> is called for them. The caller keeps the bytes
    /// that are on their way within its own bound.
    /// </summary>
    void Send(ReadOnlyMemory<byte> bytes);

    /// <summary>
    /// Stops reading until <see cref="Resume"/>: the receiver is behind, and the sender is to notice. At most one more
    /// <see cref="IConnectionHandler.Received"/> comes after the call.
    /// </summary>
    void Pause();

    void Resume();

    /// <summary>Closes at once; <see cref="IConnectionHandler.Closed"/> follows. May be called twice.</summary>
    void Close();
}

public enum CloseReason
{
    /// <summary>The other end closed, or its process died.</summary>
    Ended,

    /// <summary>The dial was answered with a refusal: nobody listens there.</summary>
    Refused,

    /// <summary>Timed out, unreachable, reset, or refused by the handshake of HTTP.</summary>
    Failed,

    /// <summary>This end closed.</summary>
    Closed,
}

/// <summary>Told what happens to one connection; calls for one connection come one at a time.</summary>
public interface IConnectionHandler
{
    void Opened(IConnection connection);

    /// <summary>Bytes arrived; they hold until the call returns.</summary>
    void Received(IConnection connection, ReadOnlySpan<byte> bytes);

    /// <summary>So many of the bytes given to <see cref="IConnection.Send"/> have gone out.</summary>
    void Sent(IConnection connection, int bytes);

    void Closed(IConnection? connection, CloseReason reason, string message);
}
