using Google.Protobuf;
using Lutra.Client.Grpc;
using Lutra.Tls;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Cli.Transfer.FromEtcd;

/// <summary>Roles with their permissions, and users with their roles. etcd hands out no passwords: nobody has one afterwards.</summary>
internal sealed class UserCopies(EtcdSource source, IReadOnlyList<Uri> target, ClientTlsOptions? tls, CancellationToken cancellationToken)
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
        catch (GrpcException refused)
        {
            Fault = refused.Message;
        }
    }

    private async Task CopyRoleAsync(string name)
    {
        var role = await source.CallAsync(Auth + "RoleGet", new Pb.AuthRoleGetRequest { Role = name }, Pb.AuthRoleGetResponse.Parser, cancellationToken);
        await MakeAsync("RoleAdd", new Pb.AuthRoleAddRequest { Name = name }, Pb.AuthRoleAddResponse.Parser);
        foreach (var permission in role.Perm)
            await MakeAsync("RoleGrantPermission", new Pb.AuthRoleGrantPermissionRequest { Name = name, Perm = permission }, Pb.AuthRoleGrantPermissionResponse.Parser);
        Roles++;
    }

    private async Task CopyUserAsync(string name)
    {
        var user = await source.CallAsync(Auth + "UserGet", new Pb.AuthUserGetRequest { Name = name }, Pb.AuthUserGetResponse.Parser, cancellationToken);
        await MakeAsync("UserAdd", new Pb.AuthUserAddRequest { Name = name, Password = Unguessable() }, Pb.AuthUserAddResponse.Parser);
        foreach (var role in user.Roles)
            await MakeAsync("UserGrantRole", new Pb.AuthUserGrantRoleRequest { User = name, Role = role }, Pb.AuthUserGrantRoleResponse.Parser);
        Users++;
    }

    // One without a password could never get one: that is what the word means in etcd. This one nobody knows.
    private static string Unguessable() => Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));

    // What is there already, from an earlier attempt, is as good.
    private async Task MakeAsync<TReply>(string method, IMessage request, MessageParser<TReply> parser)
        where TReply : class, IMessage<TReply>
    {
        try
        {
            await EtcdCalls.FirstAsync(target, tls, null, Auth + method, request, parser, cancellationToken);
        }
        catch (GrpcException there) when (there.IsAnswer && there.Message.Contains("already exists", StringComparison.Ordinal))
        {
            // Said above.
        }
    }
}
