using Lutra.Server.Rest.Replies;

namespace Lutra.Server.Rest.Requests;

/// <summary>
/// <c>?forward=false</c>: a write that only the leader shall take; others answer 421 and name it. For clients that look for the leader themselves; without it
/// every node takes every write.
/// </summary>
internal static class Forwarding
{
    public static async ValueTask CheckAsync(RestCall call, QueryValues query)
    {
        if (!query.Has("forward") || query.Text("forward") is "true" or "")
            return;
        if (query.Text("forward") != "false")
            throw new RefusedException(Problem.Malformed("The query parameter 'forward' must be true or false."));
        var status = await call.Node.StatusAsync(call.Aborted);
        if (status.Role != NodeRole.Leader)
            throw new RefusedException(Problem.NotLeader(status.LeaderLabel is { } leader ? new LeaderHint(leader, status.LeaderAddress) : null));
    }
}
