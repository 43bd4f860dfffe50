using Lutra.Client.Retry;
using Lutra.Tls;

namespace Lutra.Client;

/// <summary>What a client speaks to its servers.</summary>
public enum LutraTransport
{
    /// <summary>etcd's v3 API over HTTP/2: to Lutra and to etcd, with one connection to each server for all calls and watches.</summary>
    Grpc,

    /// <summary>REST over HTTP/1.1: to Lutra, also behind what passes on nothing else, and inside other applications under a path of theirs.</summary>
    Rest,
}

/// <summary>Whom a client talks to, and how long it tries.</summary>
public sealed record LutraClientOptions
{
    /// <summary>The servers, tried in this order; the one that answered last is tried first from then on.</summary>
    public required IReadOnlyList<Uri> Endpoints { get; init; }

    /// <summary>What is spoken: over <see cref="LutraTransport.Grpc"/> the servers may be etcd's as well.</summary>
    public LutraTransport Transport { get; init; } = LutraTransport.Grpc;

    /// <summary>How to speak to servers at https://; null: as the machine does, without a certificate of the client's.</summary>
    public ClientTlsOptions? Tls { get; init; }

    /// <summary>Who the client is, where its servers ask for users; null: nobody.</summary>
    public ClientCredentials? Credentials { get; init; }

    /// <summary>How long a call may take with all its tries. The default outlasts an election.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long one try of a call that may be tried again may take, so that a server that hangs does not use up the whole time; of a renewal of a lease, which must not be
    /// late, a quarter of it.
    /// </summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>
    /// Give every write that has none an idempotency key of its own, so that it can be tried again when an answer is lost. Costs the store 24 hours' memory of
    /// each such key, so it is off unless asked for.
    /// </summary>
    public bool AddIdempotencyKeys { get; init; }

    public RetryPolicy Retry { get; init; } = new();

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>For the spread of waits, and for idempotency keys. Must be safe from many threads.</summary>
    public Random Random { get; init; } = Random.Shared;

    /// <summary>Throws <see cref="LutraException"/> (<see cref="LutraError.InvalidArgument"/>) where an option is out of range.</summary>
    public void Validate()
    {
        if (Endpoints.Count == 0)
            throw new LutraException(LutraError.InvalidArgument, "A client needs at least one endpoint.");
        if (Timeout <= TimeSpan.Zero || AttemptTimeout <= TimeSpan.Zero)
            throw new LutraException(LutraError.InvalidArgument, $"The timeouts ({Timeout} and {AttemptTimeout}) must be positive.");
        Retry.Validate();
    }
}
