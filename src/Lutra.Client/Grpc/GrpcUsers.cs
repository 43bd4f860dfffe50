using System.Collections.Immutable;
using Google.Protobuf;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Client.Grpc;

/// <summary>Users and roles of one server, over etcd's API.</summary>
internal sealed class GrpcUsers(GrpcServer server) : ILutraUsers
{
    private const string Auth = "etcdserverpb.Auth/";

    public ValueTask<AuthChangeResult> ChangeAsync(AuthChange change, CancellationToken cancellationToken = default) => change switch
    {
        EnableAuth => DoAsync("AuthEnable", new Pb.AuthEnableRequest(), Pb.AuthEnableResponse.Parser, static reply => reply.Header, cancellationToken),
        DisableAuth => DoAsync("AuthDisable", new Pb.AuthDisableRequest(), Pb.AuthDisableResponse.Parser, static reply => reply.Header, cancellationToken),
        AddUser add => DoAsync("UserAdd", Of(add), Pb.AuthUserAddResponse.Parser, static reply => reply.Header, cancellationToken),
        DeleteUser delete => DoAsync("UserDelete", new Pb.AuthUserDeleteRequest { Name = delete.Name }, Pb.AuthUserDeleteResponse.Parser, static reply => reply.Header, cancellationToken),
        SetPassword set => DoAsync(
            "UserChangePassword", new Pb.AuthUserChangePasswordRequest { Name = set.Name, Password = set.Password }, Pb.AuthUserChangePasswordResponse.Parser,
            static reply => reply.Header, cancellationToken),
        SetPasswordHash set => SetHashAsync(set, cancellationToken),
        GrantRole grant => DoAsync(
            "UserGrantRole", new Pb.AuthUserGrantRoleRequest { User = grant.User, Role = grant.Role }, Pb.AuthUserGrantRoleResponse.Parser, static reply => reply.Header, cancellationToken),
        RevokeRole revoke => DoAsync(
            "UserRevokeRole", new Pb.AuthUserRevokeRoleRequest { Name = revoke.User, Role = revoke.Role }, Pb.AuthUserRevokeRoleResponse.Parser,
            static reply => reply.Header, cancellationToken),
        AddRole add => DoAsync("RoleAdd", new Pb.AuthRoleAddRequest { Name = add.Name }, Pb.AuthRoleAddResponse.Parser, static reply => reply.Header, cancellationToken),
        DeleteRole delete => DoAsync("RoleDelete", new Pb.AuthRoleDeleteRequest { Role = delete.Name }, Pb.AuthRoleDeleteResponse.Parser, static reply => reply.Header, cancellationToken),
        GrantPermission grant => DoAsync(
            "RoleGrantPermission", new Pb.AuthRoleGrantPermissionRequest { Name = grant.Role, Perm = Of(grant.Permission) }, Pb.AuthRoleGrantPermissionResponse.Parser,
            static reply => reply.Header, cancellationToken),
        RevokePermission revoke => DoAsync(
            "RoleRevokePermission",
            new Pb.AuthRoleRevokePermissionRequest { Role = revoke.Role, Key = ByteString.CopyFrom(revoke.Range.From.Span), RangeEnd = EndOf(revoke.Range) },
            Pb.AuthRoleRevokePermissionResponse.Parser, static reply => reply.Header, cancellationToken),
        _ => throw new LutraException(LutraError.InvalidArgument, $"{change} is no change of users and roles that this client knows."),
    };

    public ValueTask<AuthStatus> StatusAsync(CancellationToken cancellationToken = default) => server.ReadAsync(
        Auth + "AuthStatus", new Pb.AuthStatusRequest(), Pb.AuthStatusResponse.Parser, static reply => new AuthStatus(reply.Enabled, reply.AuthRevision), cancellationToken);

    public ValueTask<ImmutableArray<string>> UsersAsync(CancellationToken cancellationToken = default) => server.ReadAsync(
        Auth + "UserList", new Pb.AuthUserListRequest(), Pb.AuthUserListResponse.Parser, static reply => reply.Users.ToImmutableArray(), cancellationToken);

    public ValueTask<UserDescription> UserAsync(string name, CancellationToken cancellationToken = default) => server.ReadAsync(
        Auth + "UserGet", new Pb.AuthUserGetRequest { Name = name }, Pb.AuthUserGetResponse.Parser, reply => new UserDescription(name, [.. reply.Roles]), cancellationToken);

    public ValueTask<ImmutableArray<string>> RolesAsync(CancellationToken cancellationToken = default) => server.ReadAsync(
        Auth + "RoleList", new Pb.AuthRoleListRequest(), Pb.AuthRoleListResponse.Parser, static reply => reply.Roles.ToImmutableArray(), cancellationToken);

    public ValueTask<RoleDescription> RoleAsync(string name, CancellationToken cancellationToken = default) => server.ReadAsync(
        Auth + "RoleGet", new Pb.AuthRoleGetRequest { Role = name }, Pb.AuthRoleGetResponse.Parser, reply => new RoleDescription(name, [.. reply.Perm.Select(To)]), cancellationToken);

    public ValueTask<string> LoginAsync(string name, string password, CancellationToken cancellationToken = default) => server.ReadAsync(
        Auth + "Authenticate", new Pb.AuthenticateRequest { Name = name, Password = password }, Pb.AuthenticateResponse.Parser, static reply => reply.Token, cancellationToken);

    // etcd before 3.5 passes the hash over, and sets the password that then is not there: an empty one.
    private async ValueTask<AuthChangeResult> SetHashAsync(SetPasswordHash set, CancellationToken cancellationToken)
    {
        if (!await server.IsOursAsync(cancellationToken))
            throw server.Refuse("may not know hashes of passwords: set the password itself");
        var hash = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(set.PasswordHash));
        return await DoAsync(
            "UserChangePassword", new Pb.AuthUserChangePasswordRequest { Name = set.Name, HashedPassword = hash }, Pb.AuthUserChangePasswordResponse.Parser,
            static reply => reply.Header, cancellationToken);
    }

    private ValueTask<AuthChangeResult> DoAsync<TReply>(
        string method, IMessage request, MessageParser<TReply> parser, Func<TReply, Pb.ResponseHeader> header, CancellationToken cancellationToken)
        where TReply : class, IMessage<TReply> =>
        server.WriteAsync(Auth + method, request, parser, reply => new AuthChangeResult(EtcdReplies.RevisionOf(header(reply))), default, cancellationToken);

    private static Pb.AuthUserAddRequest Of(AddUser add) => add.Password is { } password
        ? new Pb.AuthUserAddRequest { Name = add.Name, Password = password }
        : new Pb.AuthUserAddRequest { Name = add.Name, Options = new Pb.UserAddOptions { NoPassword = true } };

    private static Pb.Permission Of(Permission permission) => new()
    {
        PermType = (Pb.Permission.Types.Type)permission.Kind,
        Key = ByteString.CopyFrom(permission.Range.From.Span),
        RangeEnd = EndOf(permission.Range),
    };

    private static ByteString EndOf(KeyRange range) =>
        range.End is not { } end ? ByteString.Empty : end.IsEmpty ? ByteString.CopyFrom(0) : ByteString.CopyFrom(end.Span);

    // Of the role root etcd shows no key to begin with: it begins with the smallest.
    private static Permission To(Pb.Permission permission)
    {
        var from = permission.Key.IsEmpty ? Permission.Everything.From : permission.Key.Memory;
        return new Permission(
            (PermissionKind)permission.PermType,
            permission.RangeEnd.IsEmpty ? KeyRange.Single(from) : new KeyRange(from, permission.RangeEnd.Span is [0] ? ReadOnlyMemory<byte>.Empty : permission.RangeEnd.Memory));
    }
}
