using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using Lutra.Protocol;

namespace Lutra.Client.Rest;

/// <summary>Users and roles of one server, over REST.</summary>
internal sealed class RestUsers(RestEndpoint endpoint) : ILutraUsers
{
    public ValueTask<AuthChangeResult> ChangeAsync(AuthChange change, CancellationToken cancellationToken = default)
    {
        return change switch
        {
            EnableAuth => DoAsync(HttpMethod.Post, "/auth/enable"),
            DisableAuth => DoAsync(HttpMethod.Post, "/auth/disable"),
            AddUser add => SayAsync(HttpMethod.Post, "/users", new UserBody { Name = add.Name, Password = add.Password, NoPassword = add.Password is null }, LutraJson.Lenient.UserBody),
            DeleteUser delete => DoAsync(HttpMethod.Delete, User(delete.Name)),
            SetPassword set => SayAsync(HttpMethod.Put, User(set.Name) + "/password", new PasswordBody { Password = set.Password }, LutraJson.Lenient.PasswordBody),
            GrantRole grant => DoAsync(HttpMethod.Put, $"{User(grant.User)}/roles/{Uri.EscapeDataString(grant.Role)}"),
            RevokeRole revoke => DoAsync(HttpMethod.Delete, $"{User(revoke.User)}/roles/{Uri.EscapeDataString(revoke.Role)}"),
            AddRole add => SayAsync(HttpMethod.Post, "/roles", new RoleBody { Name = add.Name }, LutraJson.Lenient.RoleBody),
            DeleteRole delete => DoAsync(HttpMethod.Delete, Role(delete.Name)),
            GrantPermission grant => SayAsync(HttpMethod.Post, Role(grant.Role) + "/permissions", Of(grant.Permission), LutraJson.Lenient.PermissionBody),
            RevokePermission revoke => DoAsync(HttpMethod.Delete, TargetOf(revoke)),
            _ => throw new LutraException(LutraError.InvalidArgument, $"{change} is no change of users and roles that can be asked for by REST."),
        };

        ValueTask<AuthChangeResult> DoAsync(HttpMethod method, string target) =>
            endpoint.ChangeAsync(method, target, null, LutraJson.Lenient.AuthChangeReply, static reply => new AuthChangeResult(new Revision(reply.Revision)), cancellationToken);

        ValueTask<AuthChangeResult> SayAsync<TBody>(HttpMethod method, string target, TBody body, JsonTypeInfo<TBody> shape) => endpoint.ChangeAsync(
            method, target, RestEndpoint.Json(body, shape), LutraJson.Lenient.AuthChangeReply, static reply => new AuthChangeResult(new Revision(reply.Revision)), cancellationToken);
    }

    public ValueTask<AuthStatus> StatusAsync(CancellationToken cancellationToken = default) =>
        endpoint.AskAsync("/auth", LutraJson.Lenient.AuthReply, static reply => new AuthStatus(reply.Enabled, reply.AuthRevision), cancellationToken);

    public ValueTask<ImmutableArray<string>> UsersAsync(CancellationToken cancellationToken = default) =>
        endpoint.AskAsync("/users", LutraJson.Lenient.UsersReply, static reply => reply.Users.ToImmutableArray(), cancellationToken);

    public ValueTask<UserDescription> UserAsync(string name, CancellationToken cancellationToken = default) =>
        endpoint.AskAsync(User(name), LutraJson.Lenient.UserReply, static reply => new UserDescription(reply.Name, [.. reply.Roles]), cancellationToken);

    public ValueTask<ImmutableArray<string>> RolesAsync(CancellationToken cancellationToken = default) =>
        endpoint.AskAsync("/roles", LutraJson.Lenient.RolesReply, static reply => reply.Roles.ToImmutableArray(), cancellationToken);

    public ValueTask<RoleDescription> RoleAsync(string name, CancellationToken cancellationToken = default) =>
        endpoint.AskAsync(Role(name), LutraJson.Lenient.RoleReply, static reply => new RoleDescription(reply.Name, [.. reply.Permissions.Select(To)]), cancellationToken);

    public ValueTask<string> LoginAsync(string name, string password, CancellationToken cancellationToken = default) => endpoint.ChangeAsync(
        HttpMethod.Post, "/auth/login", RestEndpoint.Json(new LoginBody { Name = name, Password = password }, LutraJson.Lenient.LoginBody), LutraJson.Lenient.TokenReply,
        static reply => reply.Token, cancellationToken);

    private static string User(string name) => $"/users/{Uri.EscapeDataString(name)}";

    private static string Role(string name) => $"/roles/{Uri.EscapeDataString(name)}";

    private static string TargetOf(RevokePermission revoke)
    {
        var target = new StringBuilder(Role(revoke.Role) + "/permissions");
        var parameters = new Parameters(target);
        var (from, end) = revoke.Range;
        parameters.Add(end is null ? "key_base64" : "from_base64", Base64Url.EncodeToString(from.Span));
        if (end is { IsEmpty: false } to)
            parameters.Add("to_base64", Base64Url.EncodeToString(to.Span));
        return target.ToString();
    }

    private static PermissionBody Of(Permission permission)
    {
        var kind = permission.Kind switch { PermissionKind.Read => PermissionNames.Read, PermissionKind.Write => PermissionNames.Write, _ => PermissionNames.ReadWrite };
        return TransactionWriter.WithRange(permission.Range, new PermissionBody { Kind = kind });
    }

    private static Permission To(PermissionBody body)
    {
        var kind = body.Kind switch
        {
            PermissionNames.Read => PermissionKind.Read,
            PermissionNames.Write => PermissionKind.Write,
            PermissionNames.ReadWrite => PermissionKind.ReadWrite,
            _ => throw new FormatException($"'{body.Kind}' is no kind of permission."),
        };
        if (Bytes(body.Key, body.KeyBase64) is { } key)
            return new Permission(kind, KeyRange.Single(key));
        return new Permission(kind, new KeyRange(Bytes(body.From, body.FromBase64) ?? [], Bytes(body.To, body.ToBase64) ?? []));
    }

    private static byte[]? Bytes(string? text, byte[]? base64) => text is null ? base64 : Encoding.UTF8.GetBytes(text);
}
