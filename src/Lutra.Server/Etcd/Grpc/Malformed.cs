namespace Lutra.Server.Etcd.Grpc;

/// <summary>A message that is no protobuf.</summary>
internal static class Malformed
{
    public static GrpcException Request(string reason) => new(GrpcStatusCode.Internal, $"grpc: error unmarshalling request: proto: {reason}");
}
