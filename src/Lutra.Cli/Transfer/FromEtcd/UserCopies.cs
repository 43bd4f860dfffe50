using Lutra.Client.Grpc;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Cli.Transfer.FromEtcd;

/// <summary>Roles with their permissions, and users with their roles. etcd hands out no passwords: nobody has one afterwards.</summary>
internal sealed class UserCopies(EtcdSource source, ILutraUsers target, CancellationToken cancellationToken)
{
    private const string Auth = "etcdserverpb.Auth/";

    public int Users { get; private set; }

    public int Roles { get; private set; }

    /// <summary>Why nothing, or not all, was copied; null: all was.</summary>
    public string? Fault { get; private set; }

    public async Task CopyAsync()
    {
        try
        {
            foreach (var role in (await source.CallAsync(Auth + "RoleList", new Pb.AuthRoleListRequest(), Pb.AuthRoleListResponse.Parser, cancellationToken)).Roles)
                await CopyRoleAsync(role);
            foreach (var user in (await source.CallAsync(Auth + "UserList", new Pb.AuthUserListRequest(), Pb.AuthUserListResponse.Parser, cancellationToken)).Users)
                await CopyUserAsync(user);
        }
        catch (Exception refused) when (refused is GrpcException or LutraException)
        {
            Fault = refused.Message.TrimEnd('.');
        }
    }

    private async Task CopyRoleAsync(string name)
    {
        var role = await source.CallAsync(Auth + "RoleGet", new Pb.AuthRoleGetRequest { Role = name }, Pb.AuthRoleGetResponse.Parser, cancellationToken);
        await MakeAsync(new AddRole(name));
        foreach (var permission in role.Perm)
            await MakeAsync(new GrantPermission(name, ToPermission(permission)));
        Roles++;
    }

    private async Task CopyUserAsync(string name)
    {
        var user = await source.CallAsync(Auth + "UserGet", new Pb.AuthUserGetRequest { Name = name }, Pb.AuthUserGetResponse.Parser, cancellationToken);
        await MakeAsync(new AddUser(name, Unguessable()));
        foreach (var role in user.Roles)
            await MakeAsync(new GrantRole(name, role));
        Users++;
    }

    // One without a password could never get one: that is what the word means in etcd. This one nobody knows.
    private static string Unguessable() => Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));

    // No end is one key, and an end of one zero byte the end of the store.
    private static Permission ToPermission(Pb.Permission permission) => new(
        (PermissionKind)permission.PermType,
        permission.RangeEnd.IsEmpty ? KeyRange.Single(permission.Key.Memory)
            : new KeyRange(permission.Key.Memory, permission.RangeEnd.Span is [0] ? ReadOnlyMemory<byte>.Empty : permission.RangeEnd.Memory));

    // What is there already, from an earlier attempt, is as good.
    private async Task MakeAsync(AuthChange change)
    {
        try
        {
            await target.ChangeAsync(change, cancellationToken);
        }
        catch (LutraException there) when (there.Error is LutraError.RoleExists or LutraError.UserExists)
        {
            // Said above.
        }
    }
}
