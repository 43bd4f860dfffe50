using Lutra.Server.Rest.Health;
using Lutra.Tls;

namespace Lutra.Server.Rest;

/// <summary>What the REST face may be asked for and whom it knows.</summary>
public sealed record RestFaceOptions
{
    /// <summary>
    /// The most bytes that the values of one request may have together, from 1 up to what a node takes at all. Every value is held in memory by each node that
    /// it goes through, and one large value delays all that wait behind it.
    /// </summary>
    public int RequestSizeBytesMax { get; init; } = LutraLimits.RequestSizeBytesMax;

    /// <summary>How the user sets <see cref="RequestSizeBytesMax"/>, for messages; null: nobody can.</summary>
    public string? RequestSizeOption { get; init; }

    /// <summary>How many keys a page holds where the request does not say.</summary>
    public int PageKeysDefault { get; init; } = 1000;

    /// <summary>How long a health check may take before it counts as failed. etcd waits as long for its own.</summary>
    public TimeSpan HealthTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>More checks for <c>/readyz</c>, beside those that ask the node.</summary>
    public IReadOnlyList<ReadinessCheck> ReadinessChecks { get; init; } = [];

    /// <summary>
    /// Takes over a connection that a peer has opened with <c>GET /raft/stream</c>, given the stream, who is at the other end (for messages only), and what that
    /// proved by its certificate. The connection ends when the task does. Null: peers do not speak here.
    /// </summary>
    public Func<Stream, string, PeerProof, Task>? PeerDoor { get; init; }

    /// <summary>
    /// Asks for the node's numbers, for <c>/metrics</c>, with the patience that the scrape has. Null: those of the store that is served, where it is a node of
    /// this process; else there are only the process's own.
    /// </summary>
    public Func<TimeSpan, CancellationToken, ValueTask<NodeReport>>? Report { get; init; }

    /// <summary>For timeouts.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Throws <see cref="ArgumentException"/> where an option is out of its range.</summary>
    public void Validate()
    {
        if (RequestSizeBytesMax is < 1 or > LutraLimits.RequestSizeBytesMax)
            throw new ArgumentException(
                $"{RequestSizeOption ?? nameof(RequestSizeBytesMax)} ({RequestSizeBytesMax}) must be from 1 to {LutraLimits.RequestSizeBytesMax} bytes.");
        if (PageKeysDefault < 1)
            throw new ArgumentException($"The default size of a page ({PageKeysDefault}) must be at least 1 key.");
        if (HealthTimeout <= TimeSpan.Zero)
            throw new ArgumentException($"The timeout of health checks ({HealthTimeout}) must be positive.");
    }
}
