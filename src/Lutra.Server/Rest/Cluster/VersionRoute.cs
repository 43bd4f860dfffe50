using Lutra.Protocol;
using Lutra.Server.Etcd;
using Lutra.Server.Rest.Requests;

namespace Lutra.Server.Rest.Cluster;

/// <summary><c>GET /version</c>, in etcd's shape: its clients decide by these numbers what they may ask.</summary>
internal static class VersionRoute
{
    public static Task HandleAsync(RestCall call)
    {
        call.RequireNothingBelow();
        return call.Method is "GET" or "HEAD" ? ReadAsync(call) : call.RefuseVerb("GET, HEAD");
    }

    private static async Task ReadAsync(RestCall call)
    {
        QueryValues.Parse(call.Target.Query, []);
        var status = await call.Node.StatusAsync(call.Aborted);
        var cluster = status.Cluster is null ? "not_decided" : EtcdVersions.Cluster;
        call.Reply(new VersionReply(EtcdVersions.Server, cluster, EtcdVersions.Storage, status.Version), LutraJson.Lenient.VersionReply);
    }
}
