namespace Lutra.Server.Etcd.Grpc;

/// <summary>A call that ends with another status than OK. Its text is part of the interface: clients match on it.</summary>
internal sealed class GrpcException(GrpcStatusCode code, string message) : Exception(message)
{
    public GrpcStatusCode Code { get; } = code;

    /// <summary>What it was in the store's own words, for clients that know them.</summary>
    public LutraException? Refusal { get; init; }
}
