using System.Text;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Lutra.Keyspace.Auth;
using Lutra.Server.Etcd.Errors;
using Lutra.Server.Etcd.Grpc;
using Lutra.Server.Etcd.Wire;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Server.Etcd.Auth;

/// <summary><c>etcdserverpb.Auth</c>: users, roles, and tokens.</summary>
internal static class AuthService
{
    private const string Service = "/etcdserverpb.Auth/";

    public static IEnumerable<EtcdMethod> Methods =>
    [
        ProtoMethod.Single(Service + "AuthEnable", CallerNeed.Root, Pb.AuthEnableRequest.Parser, static (call, _) =>
            ChangeAsync(call, new EnableAuth(), header => new Pb.AuthEnableResponse { Header = header })) with { Writes = true },
        ProtoMethod.Single(Service + "AuthDisable", CallerNeed.Root, Pb.AuthDisableRequest.Parser, static (call, _) =>
            ChangeAsync(call, new DisableAuth(), header => new Pb.AuthDisableResponse { Header = header })) with { Writes = true },
        ProtoMethod.Single(Service + "AuthStatus", CallerNeed.Root, Pb.AuthStatusRequest.Parser, StatusAsync),
        ProtoMethod.Single(Service + "Authenticate", CallerNeed.Nobody, Pb.AuthenticateRequest.Parser, AuthenticateAsync) with { Writes = true },
        ProtoMethod.Single(Service + "UserAdd", CallerNeed.Root, Pb.AuthUserAddRequest.Parser, AddUserAsync) with { Writes = true },
        ProtoMethod.Single(Service + "UserGet", CallerNeed.User, Pb.AuthUserGetRequest.Parser, GetUserAsync),
        ProtoMethod.Single(Service + "UserList", CallerNeed.Root, Pb.AuthUserListRequest.Parser, ListUsersAsync),
        ProtoMethod.Single(Service + "UserDelete", CallerNeed.Root, Pb.AuthUserDeleteRequest.Parser, static (call, request) =>
            ChangeAsync(call, new DeleteUser(Known(request.Name, EtcdErrors.UserNotFound)), header => new Pb.AuthUserDeleteResponse { Header = header })) with { Writes = true },
        ProtoMethod.Single(Service + "UserChangePassword", CallerNeed.Root, Pb.AuthUserChangePasswordRequest.Parser, ChangePasswordAsync) with { Writes = true },
        ProtoMethod.Single(Service + "UserGrantRole", CallerNeed.Root, Pb.AuthUserGrantRoleRequest.Parser, GrantRoleAsync) with { Writes = true },
        ProtoMethod.Single(Service + "UserRevokeRole", CallerNeed.Root, Pb.AuthUserRevokeRoleRequest.Parser, RevokeRoleAsync) with { Writes = true },
        ProtoMethod.Single(Service + "RoleAdd", CallerNeed.Root, Pb.AuthRoleAddRequest.Parser, static (call, request) =>
            ChangeAsync(call, new AddRole(Known(request.Name, EtcdErrors.RoleEmpty)), header => new Pb.AuthRoleAddResponse { Header = header })) with { Writes = true },
        ProtoMethod.Single(Service + "RoleGet", CallerNeed.User, Pb.AuthRoleGetRequest.Parser, GetRoleAsync),
        ProtoMethod.Single(Service + "RoleList", CallerNeed.Root, Pb.AuthRoleListRequest.Parser, ListRolesAsync),
        ProtoMethod.Single(Service + "RoleDelete", CallerNeed.Root, Pb.AuthRoleDeleteRequest.Parser, static (call, request) =>
            ChangeAsync(call, new DeleteRole(Known(request.Role, EtcdErrors.RoleNotFound)), header => new Pb.AuthRoleDeleteResponse { Header = header })) with { Writes = true },
        ProtoMethod.Single(Service + "RoleGrantPermission", CallerNeed.Root, Pb.AuthRoleGrantPermissionRequest.Parser, GrantPermissionAsync) with { Writes = true },
        ProtoMethod.Single(Service + "RoleRevokePermission", CallerNeed.Root, Pb.AuthRoleRevokePermissionRequest.Parser, RevokePermissionAsync) with { Writes = true },
    ];

    private static async ValueTask<IMessage> StatusAsync(EtcdCall call, Pb.AuthStatusRequest request)
    {
        var status = await call.Node.Users.StatusAsync(call.Ended);
        return new Pb.AuthStatusResponse { Header = call.Header().ToMessage(), Enabled = status.IsEnabled, AuthRevision = status.AuthRevision };
    }

    // That users are not asked for clients with a name and a password take for an invitation to come without.
    private static async ValueTask<IMessage> AuthenticateAsync(EtcdCall call, Pb.AuthenticateRequest request)
    {
        var node = call.Face.Node!;
        if (node.Auth is { IsEnabled: true } auth && auth.Users.TryGetValue(request.Name, out var user) && user.NoPassword)
            throw EtcdErrors.NoPasswordUser;
        var token = await call.Face.Door.LoginAsync(node, request.Name, request.Password, call.Ended);
        return new Pb.AuthenticateResponse { Header = call.Header().ToMessage(), Token = token };
    }

    private static ValueTask<IMessage> AddUserAsync(EtcdCall call, Pb.AuthUserAddRequest request)
    {
        var password = request.Options is { NoPassword: true } ? null : request.Password;
        return ChangeAsync(call, new AddUser(Known(request.Name, EtcdErrors.UserEmpty), password), header => new Pb.AuthUserAddResponse { Header = header });
    }

    // A hash that was made elsewhere is taken where there is no password: so users can be moved here.
    private static ValueTask<IMessage> ChangePasswordAsync(EtcdCall call, Pb.AuthUserChangePasswordRequest request)
    {
        var name = Known(request.Name, EtcdErrors.UserNotFound);
        AuthChange change = request is { Password.Length: 0, HashedPassword.Length: > 0 }
            ? new SetPasswordHash(name, HashOf(request.HashedPassword))
            : new SetPassword(name, request.Password);
        return ChangeAsync(call, change, header => new Pb.AuthUserChangePasswordResponse { Header = header });
    }

    private static async ValueTask<IMessage> GetUserAsync(EtcdCall call, Pb.AuthUserGetRequest request)
    {
        var user = await call.Node.Users.UserAsync(request.Name, call.Ended);
        return new Pb.AuthUserGetResponse { Header = call.Header().ToMessage(), Roles = { user.Roles } };
    }

    private static async ValueTask<IMessage> ListUsersAsync(EtcdCall call, Pb.AuthUserListRequest request)
    {
        var users = await call.Node.Users.UsersAsync(call.Ended);
        return new Pb.AuthUserListResponse { Header = call.Header().ToMessage(), Users = { users } };
    }

    private static async ValueTask<IMessage> GetRoleAsync(EtcdCall call, Pb.AuthRoleGetRequest request)
    {
        var role = await call.Node.Users.RoleAsync(request.Role, call.Ended);
        var reply = new Pb.AuthRoleGetResponse { Header = call.Header().ToMessage() };
        if (request.Role == AuthState.Root)
            reply.Perm.Add(new Pb.Permission { PermType = Pb.Permission.Types.Type.Readwrite, RangeEnd = ByteString.CopyFrom(0) });
        else
            Fill(reply.Perm, role);
        return reply;
    }

    private static async ValueTask<IMessage> GrantRoleAsync(EtcdCall call, Pb.AuthUserGrantRoleRequest request)
    {
        var user = Known(request.User, EtcdErrors.UserNotFound);
        var role = await OfUserAsync(call, user, request.Role, EtcdErrors.RoleNotFound);
        return await ChangeAsync(call, new GrantRole(user, role), header => new Pb.AuthUserGrantRoleResponse { Header = header });
    }

    private static async ValueTask<IMessage> RevokeRoleAsync(EtcdCall call, Pb.AuthUserRevokeRoleRequest request)
    {
        var user = Known(request.Name, EtcdErrors.UserNotFound);
        var role = await OfUserAsync(call, user, request.Role, EtcdErrors.RoleNotGranted);
        return await ChangeAsync(call, new RevokeRole(user, role), header => new Pb.AuthUserRevokeRoleResponse { Header = header });
    }

    private static async ValueTask<IMessage> ListRolesAsync(EtcdCall call, Pb.AuthRoleListRequest request)
    {
        var roles = await call.Node.Users.RolesAsync(call.Ended);
        return new Pb.AuthRoleListResponse { Header = call.Header().ToMessage(), Roles = { roles } };
    }

    private static ValueTask<IMessage> GrantPermissionAsync(EtcdCall call, Pb.AuthRoleGrantPermissionRequest request)
    {
        var role = Known(request.Name, EtcdErrors.RoleNotFound);
        var given = request.Perm ?? throw EtcdErrors.PermissionNotGiven;
        var range = KeyRangeWire.Of(given.Key.Memory, given.RangeEnd.Memory);
        return ChangeAsync(
            call, new GrantPermission(role, new Permission((PermissionKind)given.PermType, range)), header => new Pb.AuthRoleGrantPermissionResponse { Header = header });
    }

    private static ValueTask<IMessage> RevokePermissionAsync(EtcdCall call, Pb.AuthRoleRevokePermissionRequest request) => ChangeAsync(
        call, new RevokePermission(Known(request.Role, EtcdErrors.RoleNotFound), KeyRangeWire.Of(request.Key.Memory, request.RangeEnd.Memory)),
        header => new Pb.AuthRoleRevokePermissionResponse { Header = header });

    private static async ValueTask<IMessage> ChangeAsync(EtcdCall call, AuthChange change, Func<Pb.ResponseHeader, IMessage> reply)
    {
        try
        {
            var done = await call.Node.Users.ChangeAsync(change, call.Ended);
            return reply(call.HeaderAt(done.Revision).ToMessage());
        }
        catch (LutraException refused) when (refused.Error is LutraError.InvalidArgument or LutraError.TooLarge)
        {
            throw new GrpcException(GrpcStatusCode.InvalidArgument, $"lutra: {refused.Message}");
        }
    }

    // Where the role has no name and the user is not there, the user is what is told.
    private static async ValueTask<string> OfUserAsync(EtcdCall call, string user, string role, GrpcException unnamed)
    {
        if (role.Length == 0)
            await call.Node.Users.UserAsync(user, call.Ended);
        return Known(role, unnamed);
    }

    // No user and no role has no name.
    private static string Known(string name, GrpcException unnamed) => name.Length > 0 ? name : throw unnamed;

    private static string HashOf(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length)
            ? Encoding.Latin1.GetString(bytes, 0, length)
            : throw new GrpcException(GrpcStatusCode.InvalidArgument, "lutra: the hashed password is not base64");
    }

    private static void Fill(RepeatedField<Pb.Permission> target, RoleDescription role)
    {
        foreach (var permission in role.Permissions)
        {
            var shown = new Pb.Permission { PermType = (Pb.Permission.Types.Type)permission.Kind, Key = ByteString.CopyFrom(permission.Range.From.Span) };
            if (permission.Range.End is { } end)
                shown.RangeEnd = end.IsEmpty ? ByteString.CopyFrom(0) : ByteString.CopyFrom(end.Span);
            target.Add(shown);
        }
    }
}
