using Google.Protobuf;
using Lutra.Server.Etcd.Grpc;
using Pb = Lutra.Protocol.Etcd;
using ServingStatus = Lutra.Protocol.Etcd.HealthCheckResponse.Types.ServingStatus;

namespace Lutra.Server.Etcd.Health;

/// <summary><c>grpc.health.v1.Health</c>: as a whole (the service without a name) a node serves as soon as it belongs to a cluster.</summary>
internal static class HealthService
{
    private const string Service = "/grpc.health.v1.Health/";
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    public static IEnumerable<EtcdMethod> Methods =>
    [
        ProtoMethod.Single(Service + "Check", CallerNeed.Nobody, Pb.HealthCheckRequest.Parser, Check) with { NeedsCluster = false },
        ProtoMethod.Many(Service + "Watch", CallerNeed.Nobody, Pb.HealthCheckRequest.Parser, WatchAsync) with { NeedsCluster = false },
    ];

    private static ValueTask<IMessage> Check(EtcdCall call, Pb.HealthCheckRequest request) => request.Service.Length == 0
        ? new(new Pb.HealthCheckResponse { Status = StatusOf(call) })
        : throw new GrpcException(GrpcStatusCode.NotFound, "unknown service");

    private static async Task WatchAsync(EtcdCall call, Pb.HealthCheckRequest request)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(call.Ended, call.Face.Stopping);
        using var looks = new PeriodicTimer(LookInterval, call.Face.Options.Time);
        ServingStatus? told = null;
        do
        {
            var now = request.Service.Length == 0 ? StatusOf(call) : ServingStatus.ServiceUnknown;
            if (now == told)
                continue;
            told = now;
            call.Send(new Pb.HealthCheckResponse { Status = now });
            if (!await call.Reply.FlushAsync(stop.Token))
                return;
        }
        while (await looks.WaitForNextTickAsync(stop.Token));
    }

    private static ServingStatus StatusOf(EtcdCall call) =>
        call.Node.Standing is { Role: not NodeRole.Learner } ? ServingStatus.Serving : ServingStatus.NotServing;
}
