namespace Lutra.Client.Grpc;

/// <summary>What goes beside a call's messages.</summary>
/// <param name="Name">In lower case; null: nothing does.</param>
internal readonly record struct GrpcMetadata(string? Name, string? Value)
{
    /// <summary>The call ends where its server has lost the leader, rather than wait there until it is found again.</summary>
    public static readonly GrpcMetadata LeaderRequired = new("hasleader", "true");
}
