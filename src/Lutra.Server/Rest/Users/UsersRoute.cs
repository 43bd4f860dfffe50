using Lutra.Protocol;
using Lutra.Server.Rest.Replies;
using Lutra.Server.Rest.Requests;

namespace Lutra.Server.Rest.Users;

/// <summary>
/// <c>GET /users</c>, <c>POST /users</c> with <c>{"name":"…","password":"…"}</c>, <c>GET|DELETE /users/{name}</c>, <c>PUT /users/{name}/password</c>,
/// <c>PUT|DELETE /users/{name}/roles/{role}</c>.
/// </summary>
internal static class UsersRoute
{
    public static Task HandleAsync(RestCall call)
    {
        if (call.Target.Rest is not { } rest)
        {
            return call.Method switch
            {
                "GET" or "HEAD" => ListAsync(call),
                "POST" => AddAsync(call),
                _ => call.RefuseVerb("GET, HEAD, POST"),
            };
        }

        return UserPath.Of(rest) switch
        {
            [var name] => call.Method switch
            {
                "GET" or "HEAD" => ReadAsync(call, UserPath.Name(name)),
                "DELETE" => ChangeAsync(call, new DeleteUser(UserPath.Name(name))),
                _ => call.RefuseVerb("DELETE, GET, HEAD"),
            },
            [var name, "password"] => call.Method == "PUT" ? SetPasswordAsync(call, UserPath.Name(name)) : call.RefuseVerb("PUT"),
            [var name, "roles", var role] => call.Method switch
            {
                "PUT" => ChangeAsync(call, new GrantRole(UserPath.Name(name), UserPath.Name(role))),
                "DELETE" => ChangeAsync(call, new RevokeRole(UserPath.Name(name), UserPath.Name(role))),
                _ => call.RefuseVerb("DELETE, PUT"),
            },
            _ => call.Refuse(Problem.NoSuchPath),
        };
    }

    private static async Task ListAsync(RestCall call)
    {
        QueryValues.Parse(call.Target.Query, []);
        call.Reply(new UsersReply(await call.Node.Users.UsersAsync(call.Aborted)), LutraJson.Lenient.UsersReply);
    }

    private static async Task ReadAsync(RestCall call, string name)
    {
        QueryValues.Parse(call.Target.Query, []);
        var user = await call.Node.Users.UserAsync(name, call.Aborted);
        call.Reply(new UserReply(user.Name, user.Roles), LutraJson.Lenient.UserReply);
    }

    private static async Task AddAsync(RestCall call)
    {
        QueryValues.Parse(call.Target.Query, []);
        var body = await JsonBody.ReadAsync(call, static (body, _) => body, LutraJson.Strict.UserBody);
        if (body.NoPassword == body.Password is not null)
            throw new RefusedException(Problem.Malformed("A user has a password, or \"no_password\": true: give one of them."));
        if (body.Password is { Length: 0 })
            throw new RefusedException(Problem.Malformed("The password is empty."));
        await AuthRoute.ChangeAsync(call, new AddUser(body.Name, body.Password));
    }

    private static async Task SetPasswordAsync(RestCall call, string name)
    {
        QueryValues.Parse(call.Target.Query, []);
        var body = await JsonBody.ReadAsync(call, static (body, _) => body, LutraJson.Strict.PasswordBody);
        if (body.Password.Length == 0)
            throw new RefusedException(Problem.Malformed("The password is empty."));
        await AuthRoute.ChangeAsync(call, new SetPassword(name, body.Password));
    }

    private static Task ChangeAsync(RestCall call, AuthChange change)
    {
        QueryValues.Parse(call.Target.Query, []);
        return AuthRoute.ChangeAsync(call, change);
    }
}
