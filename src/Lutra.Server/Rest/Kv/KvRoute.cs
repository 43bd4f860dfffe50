using Lutra.Protocol;
using Lutra.Server.Rest.Keys;
using Lutra.Server.Rest.Replies;
using Lutra.Server.Rest.Requests;

namespace Lutra.Server.Rest.Kv;

/// <summary>
/// The same keys under the paths of an older kind of store: <c>GET /kv/get/{key}</c>, <c>POST /kv/put</c> with <c>{"key":"…","value":"…"}</c>,
/// <c>DELETE /kv/delete/{key}</c>, <c>GET /kv/all</c>.
/// </summary>
internal static class KvRoute
{
    private const string Ok = "ok";

    public static Task HandleAsync(RestCall call)
    {
        var rest = call.Target.Rest ?? default;
        var slash = rest.Span.IndexOf('/');
        var verb = slash < 0 ? rest : rest[..slash];
        var below = slash < 0 ? (ReadOnlyMemory<char>?)null : rest[(slash + 1)..];
        var inner = new RestCall(call.Http, call.Face, new Target(verb, below, call.Target.Query), call.Node);
        return verb.Span switch
        {
            "get" => call.Method is "GET" or "HEAD" ? KeyRead.HandleAsync(inner) : call.RefuseVerb("GET, HEAD"),
            "put" => call.Method is "POST" or "PUT" ? PutAsync(inner) : call.RefuseVerb("POST, PUT"),
            "delete" => call.Method == "DELETE" ? DeleteAsync(inner) : call.RefuseVerb("DELETE"),
            "all" => call.Method is "GET" or "HEAD" ? KvAll.HandleAsync(inner) : call.RefuseVerb("GET, HEAD"),
            _ => call.Refuse(Problem.NoSuchPath),
        };
    }

    private static async Task PutAsync(RestCall call)
    {
        call.RequireNothingBelow();
        QueryValues.Parse(call.Target.Query, []);
        CrossSite.Refuse(call.Http.Request);
        var body = await ValueBody.ReadAsync(call, withKey: true);
        if (body.Key is not { Length: > 0 } key)
            throw new RefusedException(Problem.KeyRequired);
        RestCall.CheckKeySize(key.Length);
        var options = body.RequestKey is { } request ? new WriteOptions(request) : call.WriteOptions();
        var done = await call.Node.PutAsync(new PutOperation(key, body.Value), options, call.Aborted);
        call.SetRevision(done.Revision);
        call.Reply(new KvReply(Ok, done.Revision.Value), LutraJson.Lenient.KvReply);
    }

    private static async Task DeleteAsync(RestCall call)
    {
        var query = QueryValues.Parse(call.Target.Query, ["key_base64"]);
        var done = await call.Node.DeleteAsync(new DeleteOperation(KeyRange.Single(call.Key(query))), call.WriteOptions(), call.Aborted);
        call.SetRevision(done.Revision);
        call.Reply(new KvReply(Ok, done.Revision.Value, done.Deleted), LutraJson.Lenient.KvReply);
    }
}
