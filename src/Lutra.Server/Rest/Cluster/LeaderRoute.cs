using Lutra.Protocol;
using Lutra.Server.Rest.Requests;

namespace Lutra.Server.Rest.Cluster;

/// <summary><c>GET /leader</c>: who leads, as far as this node knows. <c>POST /leader</c> with <c>{"to":2}</c> or <c>{}</c> hands leadership over.</summary>
internal static class LeaderRoute
{
    public static Task HandleAsync(RestCall call)
    {
        call.RequireNothingBelow();
        return call.Method switch
        {
            "GET" or "HEAD" => ReadAsync(call),
            "POST" => MoveAsync(call),
            _ => call.RefuseVerb("GET, HEAD, POST"),
        };
    }

    private static async Task ReadAsync(RestCall call)
    {
        QueryValues.Parse(call.Target.Query, []);
        var status = await call.Node.StatusAsync(call.Aborted);
        var leader = status.LeaderLabel ?? throw new LutraException(LutraError.Unavailable, "This node knows of no leader: a majority may not be up.");
        call.Reply(new LeaderChangeReply("ok", leader), LutraJson.Lenient.LeaderChangeReply);
    }

    private static async Task MoveAsync(RestCall call)
    {
        QueryValues.Parse(call.Target.Query, []);
        var to = await JsonBody.ReadAsync(call, static (body, _) => body.To, LutraJson.Strict.MoveLeaderBody);
        call.Reply(new LeaderChangeReply("ok", await call.Node.MoveLeaderAsync(to, call.Aborted)), LutraJson.Lenient.LeaderChangeReply);
    }
}
