using Lutra.Protocol;
using Lutra.Server.Rest.Cluster;
using Lutra.Server.Rest.Requests;
using Microsoft.AspNetCore.Http;

namespace Lutra.Server.Rest.Health;

/// <summary>
/// <c>GET /health</c>, in etcd's shape: <c>{"health":"true","reason":""}</c>, or 503 with the reason. <c>?serializable=true</c> asks this node alone;
/// <c>?exclude=NOSPACE</c> passes over a full disk, and over alarms of that name.
/// </summary>
internal static class HealthRoute
{
    private static readonly string[] Parameters = ["serializable", "exclude"];

    public static Task HandleAsync(RestCall call)
    {
        call.RequireNothingBelow();
        return call.Method is "GET" or "HEAD" ? RunAsync(call) : call.RefuseVerb("GET, HEAD");
    }

    private static async Task RunAsync(RestCall call)
    {
        var query = QueryValues.Parse(call.Target.Query, Parameters, repeatable: "exclude");
        var local = query.Flag("serializable");
        var excluded = query.Texts("exclude").ToHashSet(StringComparer.Ordinal);
        var check = new ReadinessCheck("health", stop => FindFaultAsync(call, local, excluded, stop));
        var fault = await call.Face.Health.RunAsync(check, call.Aborted);
        if (fault is not null)
            call.Http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        call.Reply(new HealthReply(fault is null ? "true" : "false", fault ?? ""), LutraJson.Lenient.HealthReply);
    }

    private static async ValueTask<string?> FindFaultAsync(RestCall call, bool local, HashSet<string> excluded, CancellationToken stop)
    {
        var status = await call.Face.Node.StatusAsync(stop);
        if (status.OutOfSpace && !excluded.Contains(AlarmNames.NoSpace))
            return $"ALARM {AlarmNames.NoSpace}";
        foreach (var alarm in status.Alarms)
        {
            if (AlarmWords.Of(alarm.Kind) is var name && !excluded.Contains(name))
                return $"ALARM {name}";
        }

        if (!local && status.LeaderLabel is null)
            return "RAFT NO LEADER";
        try
        {
            return await call.Face.Health.LookAsync(local ? Consistency.Local : Consistency.Linearizable, stop);
        }
        catch (LutraException refused)
        {
            return $"RANGE ERROR:{refused.Message.ReplaceLineEndings(" ")}";
        }
    }
}
