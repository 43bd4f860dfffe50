using Lutra.Protocol;
using Lutra.Server.Rest.Replies;
using Lutra.Server.Rest.Requests;

namespace Lutra.Server.Rest.Cluster;

/// <summary>
/// <c>GET /members</c>: the cluster, as this node knows it; needs no majority. <c>POST /members</c> (the same as <c>POST /join</c>) adds a member,
/// <c>DELETE /members/{id}</c> (<c>POST /leave</c>) removes one, <c>POST /members/{id}/promote</c> and <c>POST /members/{id}/replace</c> do what they say.
/// </summary>
internal static class MembersRoute
{
    public static Task HandleAsync(RestCall call)
    {
        if (call.Target.Rest is not { } rest)
        {
            return call.Method switch
            {
                "GET" or "HEAD" => ReadAsync(call),
                "POST" => AddAsync(call),
                _ => call.RefuseVerb("GET, HEAD, POST"),
            };
        }

        var slash = rest.Span.IndexOf('/');
        if (slash < 0)
            return call.Method == "DELETE" ? RemoveAsync(call, NameOf(rest.Span)) : call.RefuseVerb("DELETE");
        return rest.Span[(slash + 1)..] switch
        {
            "promote" => call.Method == "POST" ? PromoteAsync(call, NameOf(rest.Span[..slash])) : call.RefuseVerb("POST"),
            "replace" => call.Method == "POST" ? ReplaceAsync(call, NameOf(rest.Span[..slash])) : call.RefuseVerb("POST"),
            _ => call.Refuse(Problem.NoSuchPath),
        };
    }

    public static Task JoinAsync(RestCall call)
    {
        call.RequireNothingBelow();
        return call.Method == "POST" ? AddAsync(call) : call.RefuseVerb("POST");
    }

    public static Task LeaveAsync(RestCall call)
    {
        call.RequireNothingBelow();
        return call.Method == "POST" ? LeaveBodyAsync(call) : call.RefuseVerb("POST");
    }

    private static async Task ReadAsync(RestCall call)
    {
        QueryValues.Parse(call.Target.Query, []);
        var list = await call.Node.MembersAsync(call.Aborted);
        call.Reply(new MembersReply(list.Cluster, Replies(list)), LutraJson.Lenient.MembersReply);
    }

    private static async Task AddAsync(RestCall call)
    {
        QueryValues.Parse(call.Target.Query, []);
        var body = await JsonBody.ReadAsync(call, static (body, _) => body, LutraJson.Strict.MemberBody);
        var address = OneOf("an address", ("address", body.Address), ("peer_address", body.PeerAddress), ("raft_address", body.RaftAddress))
            ?? throw new RefusedException(Problem.Malformed("The new member's address is missing: \"address\": \"host:port\"."));
        await ChangeAsync(call, new AddMember(address, LabelOf(body), body.ClientAddress, PromotionOf(body.Promotion)));
    }

    private static Task RemoveAsync(RestCall call, string member)
    {
        QueryValues.Parse(call.Target.Query, []);
        return ChangeAsync(call, new RemoveMember(member));
    }

    private static async Task LeaveBodyAsync(RestCall call)
    {
        QueryValues.Parse(call.Target.Query, []);
        await ChangeAsync(call, new RemoveMember(await JsonBody.ReadAsync(call, static (body, _) => body.NodeId, LutraJson.Strict.LeaveBody)));
    }

    private static Task PromoteAsync(RestCall call, string member)
    {
        QueryValues.Parse(call.Target.Query, []);
        CrossSite.Refuse(call.Http.Request);
        return ChangeAsync(call, new PromoteMember(member));
    }

    private static async Task ReplaceAsync(RestCall call, string member)
    {
        QueryValues.Parse(call.Target.Query, []);
        var body = await JsonBody.ReadAsync(call, static (body, _) => body, LutraJson.Strict.MemberBody);
        if (body.Promotion is not null)
            throw new RefusedException(Problem.Malformed("'promotion' has no place here: the new member comes to vote as the old one did."));
        var address = OneOf("an address", ("address", body.Address), ("peer_address", body.PeerAddress), ("raft_address", body.RaftAddress));
        await ChangeAsync(call, new ReplaceMember(member, address, LabelOf(body), body.ClientAddress));
    }

    private static async Task ChangeAsync(RestCall call, MemberChange change)
    {
        var done = await call.Node.ChangeMembersAsync(change, call.Aborted);
        call.Reply(
            new MemberChangeReply("ok", done.Member, done.Changed, done.Members.Cluster, Replies(done.Members)), LutraJson.Lenient.MemberChangeReply);
    }

    private static IReadOnlyList<MemberReply> Replies(MemberList list) => [.. list.Members.Select(member => new MemberReply(
        member.Id, member.Label, member.Label, member.PeerAddress, member.ClientAddress, member.IsLearner, member.HasStarted, member.IsLeader,
        member.Promotion switch
        {
            MemberPromotion.Automatic => PromotionNames.Automatic,
            MemberPromotion.Manual => PromotionNames.Manual,
            _ => null,
        },
        member.Replaces))];

    private static string NameOf(ReadOnlySpan<char> text) =>
        PercentEncoding.TryDecode(text, plusIsBlank: false, out var name) && name.Length > 0
            ? System.Text.Encoding.UTF8.GetString(name)
            : throw new RefusedException(Problem.Malformed("A member is named by its label, its member id or its address."));

    private static string? LabelOf(MemberBody body) => OneOf("a label", ("node_id", body.NodeId), ("name", body.Name));

    private static string? OneOf(string what, params (string Name, string? Value)[] choices)
    {
        var given = choices.Where(choice => choice.Value is not null).ToArray();
        return given.Select(choice => choice.Value).Distinct().Count() <= 1
            ? given.FirstOrDefault().Value
            : throw new RefusedException(Problem.Malformed($"{string.Join(" and ", given.Select(choice => $"'{choice.Name}'"))} each name {what}, and not the same: give one."));
    }

    private static MemberPromotion PromotionOf(string? name) => name switch
    {
        null or PromotionNames.Automatic => MemberPromotion.Automatic,
        PromotionNames.Manual => MemberPromotion.Manual,
        _ => throw new RefusedException(Problem.Malformed($"'promotion' is \"{PromotionNames.Automatic}\" or \"{PromotionNames.Manual}\", not {Quoted.Of(name)}.")),
    };
}
