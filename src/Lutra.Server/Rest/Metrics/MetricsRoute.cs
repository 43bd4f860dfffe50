using Lutra.Server.Metrics;
using Lutra.Server.Rest.Requests;

namespace Lutra.Server.Rest.Metrics;

/// <summary>
/// <c>GET /metrics</c>, for Prometheus: text format 0.0.4, or OpenMetrics where the client asks for that by <c>Accept</c>. A face over something else than a
/// node of this process has only the numbers of the process.
/// </summary>
internal static class MetricsRoute
{
    // Scrapers wait ten seconds unless told otherwise; a loop that hangs must not make them lose the rest.
    private static readonly TimeSpan LoopPatience = TimeSpan.FromSeconds(2);

    public static Task HandleAsync(RestCall call)
    {
        call.RequireNothingBelow();
        return call.Method is "GET" or "HEAD" ? ReadAsync(call) : call.RefuseVerb("GET, HEAD");
    }

    private static async Task ReadAsync(RestCall call)
    {
        QueryValues.Parse(call.Target.Query, []);
        string? accept = call.Http.Request.Headers.Accept;
        var text = new MetricsText(accept is not null && accept.Contains("application/openmetrics-text", StringComparison.OrdinalIgnoreCase));
        if (call.Face.Report is { } ask)
        {
            var report = await ask(LoopPatience, call.Aborted);
            ConsensusMetrics.Write(text, report);
            StoreMetrics.Write(text, report);
            EtcdMetrics.Write(text, report, call.Face.Etcd?.Node?.Standing);
        }

        if (call.Face.Etcd is { } etcd)
            GrpcMetrics.Write(text, etcd.Measures);

        call.Face.HttpMetrics.Write(text);
        call.Face.ProcessMetrics.Write(text);
        var body = text.ToBytes();
        call.Http.Response.ContentType = text.ContentType;
        call.Http.Response.ContentLength = body.Length;
        System.Buffers.BuffersExtensions.Write(call.Http.Response.BodyWriter, body);
    }
}
