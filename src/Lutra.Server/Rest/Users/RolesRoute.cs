using System.Text;
using Lutra.Protocol;
using Lutra.Server.Rest.Replies;
using Lutra.Server.Rest.Requests;

namespace Lutra.Server.Rest.Users;

/// <summary>
/// <c>GET /roles</c>, <c>POST /roles</c> with <c>{"name":"…"}</c>, <c>GET|DELETE /roles/{name}</c>, <c>POST /roles/{name}/permissions</c> with
/// <c>{"kind":"read","prefix":"config/"}</c>, <c>DELETE /roles/{name}/permissions?prefix=config/</c>.
/// </summary>
internal static class RolesRoute
{
    private static readonly string[] RangeParameters = ["key", "key_base64", "prefix", "prefix_base64", "from", "from_base64", "to", "to_base64"];

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
                "DELETE" => DeleteAsync(call, UserPath.Name(name)),
                _ => call.RefuseVerb("DELETE, GET, HEAD"),
            },
            [var name, "permissions"] => call.Method switch
            {
                "POST" => GrantAsync(call, UserPath.Name(name)),
                "DELETE" => RevokeAsync(call, UserPath.Name(name)),
                _ => call.RefuseVerb("DELETE, POST"),
            },
            _ => call.Refuse(Problem.NoSuchPath),
        };
    }

    private static async Task ListAsync(RestCall call)
    {
        QueryValues.Parse(call.Target.Query, []);
        call.Reply(new RolesReply(await call.Node.Users.RolesAsync(call.Aborted)), LutraJson.Lenient.RolesReply);
    }

    private static async Task ReadAsync(RestCall call, string name)
    {
        QueryValues.Parse(call.Target.Query, []);
        var role = await call.Node.Users.RoleAsync(name, call.Aborted);
        call.Reply(new RoleReply(role.Name, [.. role.Permissions.Select(ToBody)]), LutraJson.Lenient.RoleReply);
    }

    private static async Task AddAsync(RestCall call)
    {
        QueryValues.Parse(call.Target.Query, []);
        await AuthRoute.ChangeAsync(call, new AddRole(await JsonBody.ReadAsync(call, static (body, _) => body.Name, LutraJson.Strict.RoleBody)));
    }

    private static Task DeleteAsync(RestCall call, string name)
    {
        QueryValues.Parse(call.Target.Query, []);
        return AuthRoute.ChangeAsync(call, new DeleteRole(name));
    }

    private static async Task GrantAsync(RestCall call, string name)
    {
        QueryValues.Parse(call.Target.Query, []);
        var permission = await JsonBody.ReadAsync(call, static (body, _) => PermissionOf(body), LutraJson.Strict.PermissionBody);
        await AuthRoute.ChangeAsync(call, new GrantPermission(name, permission));
    }

    private static Task RevokeAsync(RestCall call, string name)
    {
        var query = QueryValues.Parse(call.Target.Query, RangeParameters);
        var range = RangeOf(
            query.Bytes("key", "key_base64"), query.Bytes("prefix", "prefix_base64"), query.Bytes("from", "from_base64"), query.Bytes("to", "to_base64"));
        return AuthRoute.ChangeAsync(call, new RevokePermission(name, range));
    }

    private static Permission PermissionOf(PermissionBody body)
    {
        var kind = body.Kind switch
        {
            PermissionNames.Read => PermissionKind.Read,
            PermissionNames.Write => PermissionKind.Write,
            PermissionNames.ReadWrite => PermissionKind.ReadWrite,
            _ => throw new RefusedException(Problem.Malformed($"'kind' is read, write or readwrite, not {Quoted.Of(body.Kind)}.")),
        };
        return new Permission(kind, RangeOf(
            Bytes(body.Key, body.KeyBase64, "key"), Bytes(body.Prefix, body.PrefixBase64, "prefix"), Bytes(body.From, body.FromBase64, "from"), Bytes(body.To, body.ToBase64, "to")));
    }

    // A permission begins with a key: what begins at nothing begins at the smallest.
    private static KeyRange RangeOf(byte[]? key, byte[]? prefix, byte[]? from, byte[]? to)
    {
        var range = RangeChoice.Of(key, prefix, from, to)
            ?? throw new RefusedException(Problem.Malformed("A permission needs a key, a prefix (\"\" for all keys), or 'from' and 'to'."));
        return range.From.IsEmpty ? new KeyRange(Permission.Everything.From, range.End) : range;
    }

    private static byte[]? Bytes(string? text, byte[]? base64, string name)
    {
        if (text is not null && base64 is not null)
            throw new RefusedException(Problem.Malformed($"Give '{name}' or '{name}_base64', not both."));
        return text is null ? base64 : Encoding.UTF8.GetBytes(text);
    }

    private static PermissionBody ToBody(Permission permission)
    {
        var body = new PermissionBody
        {
            Kind = permission.Kind switch { PermissionKind.Read => PermissionNames.Read, PermissionKind.Write => PermissionNames.Write, _ => PermissionNames.ReadWrite },
        };
        var (from, fromBase64) = Split(permission.Range.From.Span);
        if (permission.Range.End is not { } end)
            return body with { Key = from, KeyBase64 = fromBase64 };
        var (to, toBase64) = end.IsEmpty ? default : Split(end.Span);
        return body with { From = from, FromBase64 = fromBase64, To = to, ToBase64 = toBase64 };
    }

    private static (string? Text, byte[]? Base64) Split(ReadOnlySpan<byte> bytes) =>
        BytesJson.IsText(bytes) ? (Encoding.UTF8.GetString(bytes), null) : (null, bytes.ToArray());
}
