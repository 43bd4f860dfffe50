using Lutra.Server.Tests.Etcd;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Acceptance.Etcd.Differential;

/// <summary>Who asks one store: a token for each name, as the store gave it. Every password is the name, as long as nobody changes it.</summary>
internal sealed class StoreUsers(GrpcClient client)
{
    public const string Root = "root";

    private const string Auth = "/etcdserverpb.Auth/";
    private readonly Dictionary<string, string> tokens = [];

    /// <summary>Null: nobody in particular, or whom the store lets in no more.</summary>
    public async Task<string?> TokenAsync(string? name)
    {
        if (name is null || tokens.TryGetValue(name, out var token))
            return name is null ? null : tokens[name];
        var end = await client.TryAsync(Auth + "Authenticate", new Pb.AuthenticateRequest { Name = name, Password = name });
        return end.Status == 0 ? tokens[name] = Pb.AuthenticateResponse.Parser.ParseFrom(end.Replies[0]).Token : null;
    }

    /// <summary>A token of it was refused: the next request logs in anew.</summary>
    public void Forget(string name) => tokens.Remove(name);

    /// <summary>Users are asked for no more, and there are none.</summary>
    public async Task RemoveAllAsync()
    {
        tokens.Clear();
        if (await TokenAsync(Root) is { } root)
            await client.TryAsync(Auth + "AuthDisable", new Pb.AuthDisableRequest(), ("token", root));
        tokens.Clear();
        foreach (var user in (await client.CallAsync<Pb.AuthUserListResponse>(Auth + "UserList", new Pb.AuthUserListRequest())).Users)
            await client.CallAsync<Pb.AuthUserDeleteResponse>(Auth + "UserDelete", new Pb.AuthUserDeleteRequest { Name = user });
        foreach (var role in (await client.CallAsync<Pb.AuthRoleListResponse>(Auth + "RoleList", new Pb.AuthRoleListRequest())).Roles)
            await client.CallAsync<Pb.AuthRoleDeleteResponse>(Auth + "RoleDelete", new Pb.AuthRoleDeleteRequest { Role = role });
    }
}
