using System.Globalization;
using Lutra.Protocol;
using Lutra.Server.Rest.Replies;
using Lutra.Server.Rest.Requests;

namespace Lutra.Server.Rest.Leases;

/// <summary>
/// <c>POST /leases</c> with <c>{"ttl":30}</c>, <c>GET /leases</c>, <c>GET /leases/{id}?keys</c>, <c>POST /leases/{id}/keepalive</c>, <c>DELETE /leases/{id}</c>.
/// </summary>
internal static class LeasesRoute
{
    public static Task HandleAsync(RestCall call)
    {
        if (call.Target.Rest is not { } rest)
        {
            return call.Method switch
            {
                "POST" => GrantAsync(call),
                "GET" or "HEAD" => ListAsync(call),
                _ => call.RefuseVerb("GET, HEAD, POST"),
            };
        }

        var slash = rest.Span.IndexOf('/');
        var number = slash < 0 ? rest.Span : rest.Span[..slash];
        if (slash >= 0)
        {
            if (!rest.Span[(slash + 1)..].SequenceEqual("keepalive"))
                return call.Refuse(Problem.NoSuchPath);
            return call.Method == "POST" ? KeepAliveAsync(call, Number(number)) : call.RefuseVerb("POST");
        }

        return call.Method switch
        {
            "GET" or "HEAD" => StatusAsync(call, Number(number)),
            "DELETE" => RevokeAsync(call, Number(number)),
            _ => call.RefuseVerb("DELETE, GET, HEAD"),
        };
    }

    private static async Task GrantAsync(RestCall call)
    {
        QueryValues.Parse(call.Target.Query, []);
        var (ttl, id) = await JsonBody.ReadAsync(call, static (body, _) => (body.Ttl, body.Id), LutraJson.Strict.GrantBody);
        if (id < 0)
            throw new RefusedException(Problem.Malformed($"'id' must be from 1 up, or 0 for any free one, not {id}."));
        var granted = await call.Node.GrantLeaseAsync(ttl, id, call.Aborted);
        call.SetRevision(granted.Revision);
        call.Reply(new GrantReply(granted.Lease, granted.TtlSeconds, granted.Revision.Value), LutraJson.Lenient.GrantReply);
    }

    private static async Task ListAsync(RestCall call)
    {
        QueryValues.Parse(call.Target.Query, []);
        call.Reply(new LeasesReply(await call.Node.LeasesAsync(call.Aborted)), LutraJson.Lenient.LeasesReply);
    }

    private static async Task StatusAsync(RestCall call, long lease)
    {
        var withKeys = QueryValues.Parse(call.Target.Query, ["keys"]).Flag("keys");
        Reply(call, await call.Node.LeaseAsync(lease, withKeys, call.Aborted), withKeys);
    }

    private static async Task KeepAliveAsync(RestCall call, long lease)
    {
        QueryValues.Parse(call.Target.Query, []);
        CrossSite.Refuse(call.Http.Request);
        Reply(call, await call.Node.KeepAliveAsync(lease, call.Aborted), withKeys: false);
    }

    private static async Task RevokeAsync(RestCall call, long lease)
    {
        QueryValues.Parse(call.Target.Query, []);
        var revoked = await call.Node.RevokeLeaseAsync(lease, call.Aborted);
        call.SetRevision(revoked.Revision);
        call.Reply(new RevokeReply(revoked.Revision.Value), LutraJson.Lenient.RevokeReply);
    }

    private static void Reply(RestCall call, LeaseStatus status, bool withKeys) => call.Reply(
        new LeaseReply(
            status.Lease, status.GrantedTtlSeconds, status.TtlSeconds, withKeys ? [.. status.Keys.Select(key => KeyName.Of(key.Span))] : null),
        LutraJson.Lenient.LeaseReply);

    private static long Number(ReadOnlySpan<char> text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var lease) && lease != 0 && !text.ContainsAny('+', '\0')
            ? lease
            : throw new RefusedException(Problem.Malformed($"A lease is a whole number other than 0, not {Quoted.Of(text)}."));
}
