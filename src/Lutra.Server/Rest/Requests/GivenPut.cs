using Lutra.Server.Rest.Replies;

namespace Lutra.Server.Rest.Requests;

/// <summary>What the body of a put says.</summary>
/// <param name="Key">Only where the key may be in the body; null: it was not there.</param>
/// <param name="ClientId">With <paramref name="RequestId"/>: which request of which client this is, so that a repeat is known; null: not said.</param>
internal readonly record struct GivenPut(byte[] Value, byte[]? Key, ulong? ClientId, ulong? RequestId)
{
    /// <summary>The idempotency key that the two numbers stand for; null where they were not given.</summary>
    public string? RequestKey => (ClientId, RequestId) switch
    {
        (null, null) => null,
        ({ } client, { } request) => $"client {client} request {request}",
        _ => throw new RefusedException(Problem.Malformed("'client_id' and 'request_id' belong together: give both, or none.")),
    };
}
