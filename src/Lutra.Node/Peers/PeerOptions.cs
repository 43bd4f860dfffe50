namespace Lutra.Node.Peers;

/// <summary>The numbers of the peer protocol. Times are milliseconds of the clock that is handed in.</summary>
internal sealed record PeerOptions
{
    /// <summary>How long a new connection may take until its hello was heard.</summary>
    public long HelloTimeoutMs { get; init; } = 5_000;

    /// <summary>Between two pings on a connection: measures the round trip and keeps an idle connection known to be alive.</summary>
    public long PingIntervalMs { get; init; } = 1_000;

    /// <summary>A connection on which nothing arrived for so long is closed and dialled anew: the other machine may be gone without a word.</summary>
    public long SilenceMaxMs { get; init; } = 5_000;

    /// <summary>The wait after the first failed attempt; doubles with each, with jitter (pitfall F05).</summary>
    public long BackoffMinMs { get; init; } = 50;

    public long BackoffMaxMs { get; init; } = 2_000;

    /// <summary>A frame is queued for a peer while fewer bytes than this wait in its lane; so the queue holds at most this and one frame more.</summary>
    public int QueueBytesMax { get; init; } = 16 * 1024 * 1024;

    /// <summary>The same for the lane of bulk (table transfers).</summary>
    public int BulkQueueBytesMax { get; init; } = 2 * 1024 * 1024;

    /// <summary>A connection is not read from while more of its bytes than this wait for the loop.</summary>
    public int UnreadBytesMax { get; init; } = 1024 * 1024;

    /// <summary>Connections that others opened and that have not introduced themselves; more are closed at once.</summary>
    public int UngreetedMax { get; init; } = 64;

    /// <summary>Connections in all; more are closed at once.</summary>
    public int ConnectionsMax { get; init; } = 512;
}
