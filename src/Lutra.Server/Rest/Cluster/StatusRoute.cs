using System.Diagnostics;
using System.Globalization;
using Lutra.Protocol;
using Lutra.Server.Rest.Replies;
using Lutra.Server.Rest.Requests;

namespace Lutra.Server.Rest.Cluster;

/// <summary><c>GET /status</c>: what this node says of itself. Needs no majority.</summary>
internal static class StatusRoute
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
        call.SetRevision(status.Revision);
        call.Reply(ToReply(status, call.Http.Request.Scheme), LutraJson.Lenient.StatusReply);
    }

    private static StatusReply ToReply(NodeStatus status, string scheme)
    {
        var (state, role) = Names(status.Role);
        return new StatusReply
        {
            NodeId = status.Label,
            Id = status.Node,
            Name = status.Label,
            Cluster = status.Cluster,
            ClusterName = status.ClusterName,
            State = state,
            Role = role,
            Term = status.Term,
            IsLeader = status.Role == NodeRole.Leader,
            LeaderId = status.LeaderLabel,
            Leader = status.LeaderLabel is { } leader ? LeaderLink.Of(new LeaderHint(leader, status.LeaderAddress), scheme) : null,
            CommitIndex = status.CommitIndex,
            AppliedIndex = status.AppliedIndex,
            LastIndex = status.LastIndex,
            Revision = status.Revision.Value,
            CompactRevision = status.CompactRevision.Value,
            Members = status.Members,
            Version = status.Version,
            Health = status.Health,
            OutOfSpace = status.OutOfSpace,
            Alarms = [.. status.Alarms.Select(alarm => new AlarmReply(alarm.Member.ToString("x16", CultureInfo.InvariantCulture), AlarmWords.Of(alarm.Kind)))],
            Waiting = status.Waiting.IsDefault ? [] : status.Waiting,
        };
    }

    // A pre-candidate has not left its term: to clients of old it is a candidate all the same.
    private static (string State, string Role) Names(NodeRole role) => role switch
    {
        NodeRole.Waiting => ("Waiting", RoleNames.Waiting),
        NodeRole.Follower => ("Follower", RoleNames.Follower),
        NodeRole.PreCandidate => ("Candidate", RoleNames.PreCandidate),
        NodeRole.Candidate => ("Candidate", RoleNames.Candidate),
        NodeRole.Leader => ("Leader", RoleNames.Leader),
        NodeRole.Learner => ("Learner", RoleNames.Learner),
        _ => throw new UnreachableException($"No name for {role}"),
    };
}
