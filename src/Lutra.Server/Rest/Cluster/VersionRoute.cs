using Lutra.Protocol;
using Lutra.Server.Rest.Requests;

namespace Lutra.Server.Rest.Cluster;

/// <summary><c>GET /version</c>, in etcd's shape: its clients decide by these numbers what they may ask.</summary>
internal static class VersionRoute
{
    // The release whose API and semantics we follow.
    private const string EtcdServer = "3.6.14";
    private const string EtcdCluster = "3.6.0";

    public static Task HandleAsync(RestCall call)
    {
        call.RequireNothingBelow();
        return call.Method is "GET" or "HEAD" ? ReadAsync(call) : call.RefuseVerb("GET, HEAD");
    }

    private static async Task ReadAsync(RestCall call)
    {
        QueryValues.Parse(call.Target.Query, []);
        var status = await call.Node.StatusAsync(call.Aborted);
        var cluster = status.Cluster is null ? "not_decided" : EtcdCluster;
        call.Reply(new VersionReply(EtcdServer, cluster, EtcdCluster, status.Version), LutraJson.Lenient.VersionReply);
    }
}
