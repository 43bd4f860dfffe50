using System.Collections.Frozen;
using Google.Protobuf.Reflection;
using Lutra.Storage.Measures;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Server.Etcd.Grpc;

/// <summary>What was called over gRPC since the start, method by method: every method is there from the beginning, with nothing counted.</summary>
internal sealed class GrpcMeasures
{
    private static readonly FrozenDictionary<string, MethodDescriptor> Descriptors =
        new[] { Pb.RpcReflection.Descriptor, Pb.V3LockReflection.Descriptor, Pb.V3ElectionReflection.Descriptor, Pb.HealthReflection.Descriptor }
            .SelectMany(file => file.Services).SelectMany(service => service.Methods)
            .ToFrozenDictionary(method => $"/{method.Service.FullName}/{method.Name}", StringComparer.Ordinal);

    private readonly FrozenDictionary<string, MethodMeasures> byPath;

    public GrpcMeasures(IEnumerable<EtcdMethod> methods, TimeProvider time)
    {
        byPath = methods.ToFrozenDictionary(method => method.Path, method => new MethodMeasures(method.Path, TypeOf(method), this, time), StringComparer.Ordinal);
        InOrder = [.. byPath.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => one.Value)];
    }

    public IReadOnlyList<MethodMeasures> InOrder { get; }

    public Counter ReceivedBytes { get; } = new();

    public Counter SentBytes { get; } = new();

    /// <summary>Null: there is no such method.</summary>
    public MethodMeasures? Of(string path) => byPath.GetValueOrDefault(path);

    private static string TypeOf(EtcdMethod method) => Descriptors.GetValueOrDefault(method.Path) switch
    {
        { IsClientStreaming: true, IsServerStreaming: true } => "bidi_stream",
        { IsServerStreaming: true } => "server_stream",
        { IsClientStreaming: true } => "client_stream",
        null when method is StreamingMethod => "bidi_stream",
        _ => "unary",
    };
}

/// <summary>What was called of one method.</summary>
/// <param name="type">As Prometheus' libraries for gRPC call it.</param>
internal sealed class MethodMeasures(string path, string type, GrpcMeasures all, TimeProvider time)
{
    private readonly Counter[] handled = [.. Enum.GetValues<GrpcStatusCode>().Select(_ => new Counter())];

    public string Service { get; } = EtcdFace.ServiceOf(path);

    public string Method { get; } = path[(path.LastIndexOf('/') + 1)..];

    public string Type => type;

    public Counter Started { get; } = new();

    public Counter MessagesReceived { get; } = new();

    public Counter MessagesSent { get; } = new();

    public DurationHistogram Took { get; } = new(time);

    public long Handled(GrpcStatusCode code) => handled[(int)code].Value;

    /// <summary>A call begins: give the result to <see cref="End"/>.</summary>
    public long Begin()
    {
        Started.Add();
        return Took.Start();
    }

    public void End(long began, GrpcStatusCode code)
    {
        handled[(int)code].Add();
        Took.Stop(began);
    }

    public void Received(int sizeBytes)
    {
        MessagesReceived.Add();
        all.ReceivedBytes.Add(sizeBytes);
    }

    public void Sent(int sizeBytes)
    {
        MessagesSent.Add();
        all.SentBytes.Add(sizeBytes);
    }
}
