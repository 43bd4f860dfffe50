using Lutra.Protocol;
using Lutra.Server.Rest.Replies;
using Lutra.Server.Rest.Requests;

namespace Lutra.Server.Rest.Users;

/// <summary>
/// <c>GET /auth</c>: whether users are asked for, to anybody. <c>POST /auth/enable</c>, <c>POST /auth/disable</c>; <c>POST /auth/login</c> with
/// <c>{"name":"…","password":"…"}</c> gives a token.
/// </summary>
internal static class AuthRoute
{
    public static Task HandleAsync(RestCall call)
    {
        if (call.Target.Rest is not { } rest)
            return call.Method is "GET" or "HEAD" ? StatusAsync(call) : call.RefuseVerb("GET, HEAD");
        return rest.Span switch
        {
            "enable" => call.Method == "POST" ? SwitchAsync(call, new EnableAuth()) : call.RefuseVerb("POST"),
            "disable" => call.Method == "POST" ? SwitchAsync(call, new DisableAuth()) : call.RefuseVerb("POST"),
            "login" => call.Method == "POST" ? LoginAsync(call) : call.RefuseVerb("POST"),
            _ => call.Refuse(Problem.NoSuchPath),
        };
    }

    /// <summary>Changes users or roles, and says at which revision of the store.</summary>
    public static async Task ChangeAsync(RestCall call, AuthChange change)
    {
        var done = await call.Node.Users.ChangeAsync(change, call.Aborted);
        call.SetRevision(done.Revision);
        call.Reply(new AuthChangeReply(done.Revision.Value), LutraJson.Lenient.AuthChangeReply);
    }

    private static async Task StatusAsync(RestCall call)
    {
        QueryValues.Parse(call.Target.Query, []);
        var status = await call.Node.Users.StatusAsync(call.Aborted);
        call.Reply(new AuthReply(status.IsEnabled, status.AuthRevision), LutraJson.Lenient.AuthReply);
    }

    private static Task SwitchAsync(RestCall call, AuthChange change)
    {
        QueryValues.Parse(call.Target.Query, []);
        CrossSite.Refuse(call.Http.Request);
        return ChangeAsync(call, change);
    }

    private static async Task LoginAsync(RestCall call)
    {
        QueryValues.Parse(call.Target.Query, []);
        var body = await JsonBody.ReadAsync(call, static (body, _) => body, LutraJson.Strict.LoginBody);
        var token = call.Face.Own() is { } own
            ? await call.Face.Door.LoginAsync(own, body.Name, body.Password, call.Aborted)
            : await call.Node.Users.LoginAsync(body.Name, body.Password, call.Aborted);
        call.Http.Response.Headers.CacheControl = "no-store";
        call.Reply(new TokenReply(token), LutraJson.Lenient.TokenReply);
    }
}
