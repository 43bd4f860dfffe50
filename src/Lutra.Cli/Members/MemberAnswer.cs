using System.Text.Json.Nodes;
using Lutra.Cli.Output;

namespace Lutra.Cli.Members;

/// <summary>Members on a terminal, in a pipe and as JSON.</summary>
internal static class MemberAnswer
{
    public static void Write(Answer answer, MemberList list)
    {
        if (answer.IsJson)
        {
            Answer.Json(new JsonObject { ["cluster"] = list.Cluster, ["members"] = Json(list) });
            return;
        }

        answer.Rows(
            ["id", "member id", "role", "peers reach it at", "clients reach it at"],
            list.Members.Select(member => new[] { NameOf(member), member.Id, RoleOf(member), member.PeerAddress, member.ClientAddress }));
    }

    /// <summary>What was done, in a line, or as JSON with all members after it.</summary>
    public static void Write(Answer answer, MemberChangeResult done, string said)
    {
        if (answer.IsJson)
            Answer.Json(new JsonObject { ["member_id"] = done.Member, ["changed"] = done.Changed, ["members"] = Json(done.Members) });
        else
            Console.Out.WriteLine(done.Changed ? said : $"{said} It was so already.");
    }

    private static string NameOf(ClusterMember member) => member.Label.Length > 0 ? member.Label : "?";

    private static string RoleOf(ClusterMember member)
    {
        var role = (member.IsLeader, member.IsLearner, member.Promotion) switch
        {
            (true, _, _) => "leader",
            (_, false, _) => "voter",
            (_, _, MemberPromotion.Automatic) => "learner, to be a voter",
            _ => "learner",
        };
        return member.HasStarted ? role : $"{role}, never started";
    }

    private static JsonArray Json(MemberList list) => [.. list.Members.Select(member => (JsonNode)new JsonObject
    {
        ["id"] = member.Id,
        ["name"] = member.Label,
        ["peer_address"] = member.PeerAddress,
        ["client_address"] = member.ClientAddress,
        ["is_leader"] = member.IsLeader,
        ["is_learner"] = member.IsLearner,
        ["has_started"] = member.HasStarted,
        ["promotion"] = member.Promotion?.ToString().ToLowerInvariant(),
        ["replaces"] = member.Replaces,
    })];
}
