namespace Lutra.Client.Grpc;

/// <summary>A call that ended with another status than OK, or with none.</summary>
/// <param name="status">gRPC's number; 14 (unavailable) where the connection broke.</param>
public sealed class GrpcException(int status, string message, Exception? inner = null) : Exception(message, inner)
{
    public const int Unavailable = 14;

    public int Status => status;

    /// <summary>Certainly nothing of the call went out: nobody listens there, or nobody that speaks HTTP/2.</summary>
    public bool IsBeforeSending { get; init; }

    /// <summary>The server said how the call ended, rather than nothing, or nothing that gRPC knows.</summary>
    public bool IsAnswer { get; init; }

    /// <summary>What a server of ours said beside the status: a code of <see cref="Protocol.ProblemCodes"/>; null: nothing.</summary>
    public string? Code { get; init; }

    /// <summary>Beside the code: why, in the server's own words.</summary>
    public string? Detail { get; init; }

    /// <summary>Beside the code: who leads, where that may help.</summary>
    public LeaderHint? Leader { get; init; }
}
