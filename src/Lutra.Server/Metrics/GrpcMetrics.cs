using Lutra.Server.Etcd.Grpc;

namespace Lutra.Server.Metrics;

/// <summary>Calls over gRPC, under the names that dashboards of etcd and of gRPC servers look for. docs/metrics.md has a line for each name.</summary>
internal static class GrpcMetrics
{
    // In the order of their numbers, as Go writes them.
    private static readonly string[] CodeNames =
    [
        "OK", "Canceled", "Unknown", "InvalidArgument", "DeadlineExceeded", "NotFound", "AlreadyExists", "PermissionDenied", "ResourceExhausted",
        "FailedPrecondition", "Aborted", "OutOfRange", "Unimplemented", "Internal", "Unavailable", "DataLoss", "Unauthenticated",
    ];

    public static void Write(MetricsText text, GrpcMeasures measures)
    {
        text.Family("grpc_server_started_total", MetricKind.Counter, "Calls that began.");
        foreach (var method in measures.InOrder)
            text.Sample(method.Started.Value, "grpc_method", method.Method, "grpc_service", method.Service, "grpc_type", method.Type);
        text.Family("grpc_server_handled_total", MetricKind.Counter, "Calls that ended, by their status.");
        foreach (var method in measures.InOrder)
        {
            for (var code = 0; code < CodeNames.Length; code++)
                text.Sample(method.Handled((GrpcStatusCode)code), "grpc_code", CodeNames[code], "grpc_method", method.Method, "grpc_service", method.Service, "grpc_type", method.Type);
        }

        text.Family("grpc_server_msg_received_total", MetricKind.Counter, "Messages of clients.");
        foreach (var method in measures.InOrder)
            text.Sample(method.MessagesReceived.Value, "grpc_method", method.Method, "grpc_service", method.Service, "grpc_type", method.Type);
        text.Family("grpc_server_msg_sent_total", MetricKind.Counter, "Messages to clients.");
        foreach (var method in measures.InOrder)
            text.Sample(method.MessagesSent.Value, "grpc_method", method.Method, "grpc_service", method.Service, "grpc_type", method.Type);
        text.Family("grpc_server_handling_seconds", MetricKind.Histogram, "From the beginning of a call to its end, of methods that were called.");
        foreach (var method in measures.InOrder.Where(method => method.Started.Value > 0))
            text.Sample(method.Took.Read(), "grpc_method", method.Method, "grpc_service", method.Service, "grpc_type", method.Type);
        text.One("etcd_network_client_grpc_received_bytes_total", MetricKind.Counter, "Bytes of clients' messages.", measures.ReceivedBytes.Value);
        text.One("etcd_network_client_grpc_sent_bytes_total", MetricKind.Counter, "Bytes of messages to clients.", measures.SentBytes.Value);
        text.One(
            "etcd_debugging_mvcc_watch_stream_total", MetricKind.Gauge, "Streams of watches that are open.",
            measures.Of("/etcdserverpb.Watch/Watch") is { } watch ? watch.Started.Value - Ended(watch) : null);
    }

    private static long Ended(MethodMeasures method)
    {
        var ended = 0L;
        for (var code = 0; code < CodeNames.Length; code++)
            ended += method.Handled((GrpcStatusCode)code);
        return ended;
    }
}
