using Lutra.Protocol;
using Lutra.Server.Rest.Requests;

namespace Lutra.Server.Rest.Cluster;

/// <summary><c>GET /members</c>: the cluster, as this node knows it. Needs no majority.</summary>
internal static class MembersRoute
{
    public static Task HandleAsync(RestCall call)
    {
        call.RequireNothingBelow();
        return call.Method is "GET" or "HEAD" ? ReadAsync(call) : call.RefuseVerb("GET, HEAD");
    }

    private static async Task ReadAsync(RestCall call)
    {
        QueryValues.Parse(call.Target.Query, []);
        var list = await call.Node.MembersAsync(call.Aborted);
        var members = list.Members.Select(member => new MemberReply(
            member.Id, member.Label, member.Label, member.PeerAddress, member.ClientAddress, member.IsLearner, member.HasStarted, member.IsLeader));
        call.Reply(new MembersReply(list.Cluster, [.. members]), LutraJson.Lenient.MembersReply);
    }
}
