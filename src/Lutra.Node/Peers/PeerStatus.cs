using Lutra.Raft;
using Lutra.Storage.Measures;

namespace Lutra.Node.Peers;

/// <summary>One connected peer, for people.</summary>
/// <param name="Dialled">This node dialled; false: the peer did.</param>
/// <param name="RoundTripMs">Of the last ping, in milliseconds; null before the first answer.</param>
/// <param name="QueuedBytes">Waiting to go out.</param>
/// <param name="DroppedFrames">Frames that found the outgoing queue full.</param>
internal sealed record PeerStatus(
    NodeId Node, string Label, string Remote, bool Dialled, long? RoundTripMs, long BytesSent, long BytesReceived, long QueuedBytes, long DroppedFrames);

/// <param name="RoundTrips">Null: it was never connected.</param>
/// <param name="QueuedBytes">Waiting to go out now.</param>
/// <param name="DroppedFrames">Frames that found the outgoing queue full.</param>
internal sealed record PeerTraffic(
    bool IsConnected, DurationCounts? RoundTrips, long SentBytes, long ReceivedBytes, long QueuedBytes, long DroppedFrames)
{
    public static PeerTraffic None { get; } = new(false, null, 0, 0, 0, 0);
}

/// <summary>What happened on all connections of a node since it started.</summary>
/// <param name="Accepted">Connections that others opened.</param>
/// <param name="Dialled">Attempts of this node's own.</param>
/// <param name="RejectedHandshakes">Connections closed because of what a hello said.</param>
/// <param name="MalformedFrames">Connections closed because of bytes that are no frame, or a frame that was not allowed there.</param>
/// <param name="TimedOut">Connections closed because the other end was silent for too long.</param>
internal sealed record PeerCounters(long Accepted, long Dialled, long RejectedHandshakes, long MalformedFrames, long TimedOut);
