namespace Lutra.Client.Grpc;

/// <summary>A call that ended with another status than OK, or with none.</summary>
/// <param name="status">gRPC's number; 14 (unavailable) where the connection broke.</param>
public sealed class GrpcException(int status, string message, Exception? inner = null) : Exception(message, inner)
{
    public const int Unavailable = 14;

    public int Status => status;
}
