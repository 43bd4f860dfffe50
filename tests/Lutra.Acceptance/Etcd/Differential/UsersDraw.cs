using Google.Protobuf;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Acceptance.Etcd.Differential;

/// <summary>Draws users and roles, mistakes among them, and what users then ask: mostly of what they may, and of what they may not.</summary>
internal sealed class UsersDraw(int seed, KeyDraw keys)
{
    private const string Auth = "/etcdserverpb.Auth/";
    private static readonly string[] names = ["anna", "bert", "carl"];
    private static readonly string[] roles = ["reader", "writer", "both"];

    private readonly Random random = new(seed ^ 0x5EED);

    public PassingStep Users(IReadOnlyList<long> leases) => new(
    [
        .. Enumerable.Range(0, random.Next(8, 20)).Select(_ => Change(null)),
        .. random.Next(8) == 0 ? [] : Enabling(),
        .. Enumerable.Range(0, random.Next(20)).Select(_ => random.Next(5) == 0 ? Change(Caller()) : Asked(leases)),
    ]);

    private IEnumerable<CallStep> Enabling() =>
    [
        Call("UserAdd", new Pb.AuthUserAddRequest { Name = StoreUsers.Root, Password = StoreUsers.Root }),
        Call("AuthEnable", new Pb.AuthEnableRequest()),
        Call("RoleAdd", new Pb.AuthRoleAddRequest { Name = StoreUsers.Root }),
        Call("UserGrantRole", new Pb.AuthUserGrantRoleRequest { User = StoreUsers.Root, Role = StoreUsers.Root }),
        Call("AuthEnable", new Pb.AuthEnableRequest()),
    ];

    private CallStep Change(string? caller)
    {
        var (key, end) = keys.Range();
        if (random.Next(8) != 0 && IsNone(key, end))
            (key, end) = (ByteString.CopyFromUtf8("a"), ByteString.CopyFromUtf8("b"));
        var name = Name();
        var role = Role();
        var call = random.Next(20) switch
        {
            < 4 => Call("UserAdd", new Pb.AuthUserAddRequest { Name = name, Password = random.Next(6) == 0 && name != StoreUsers.Root ? "" : name }),
            < 7 => Call("RoleAdd", new Pb.AuthRoleAddRequest { Name = role }),
            < 10 => Call("RoleGrantPermission", new Pb.AuthRoleGrantPermissionRequest
            {
                Name = role,
                Perm = new Pb.Permission { Key = key, RangeEnd = end, PermType = (Pb.Permission.Types.Type)random.Next(3) },
            }),
            < 13 => Call("UserGrantRole", new Pb.AuthUserGrantRoleRequest { User = name, Role = role }),
            13 => Call("RoleRevokePermission", new Pb.AuthRoleRevokePermissionRequest { Role = role, Key = key, RangeEnd = end }),
            14 => Call("UserRevokeRole", new Pb.AuthUserRevokeRoleRequest { Name = name, Role = role }),
            15 => random.Next(3) == 0 ? Call("RoleDelete", new Pb.AuthRoleDeleteRequest { Role = role }) : Call("UserDelete", new Pb.AuthUserDeleteRequest { Name = name }),
            16 => Call("UserGet", new Pb.AuthUserGetRequest { Name = name }),
            17 => Call("RoleGet", new Pb.AuthRoleGetRequest { Role = role }),
            18 => random.Next(2) == 0 ? Call("UserList", new Pb.AuthUserListRequest()) : Call("RoleList", new Pb.AuthRoleListRequest()),
            _ => random.Next(3) switch
            {
                0 => Call("UserChangePassword", new Pb.AuthUserChangePasswordRequest { Name = name, Password = name == StoreUsers.Root ? name : random.Next(2) == 0 ? "new" : name }),
                1 => Call("Authenticate", new Pb.AuthenticateRequest { Name = name, Password = random.Next(3) == 0 ? "wrong" : name }),
                _ => Call("AuthEnable", new Pb.AuthEnableRequest()),
            },
        };
        return call with { Caller = caller };
    }

    private static bool IsNone(ByteString key, ByteString end) =>
        key.IsEmpty || (end is not [] and not [0] && key.Span.SequenceCompareTo(end.Span) >= 0) || key.Length > LutraLimits.KeySizeBytesMax;

    private CallStep Asked(IReadOnlyList<long> leases)
    {
        var caller = Caller();
        var call = random.Next(12) switch
        {
            < 9 => keys.Call(leases),
            9 => new CallStep("/etcdserverpb.Lease/LeaseTimeToLive", new Pb.LeaseTimeToLiveRequest { ID = keys.Lease(leases), Keys = random.Next(2) == 0 }),
            10 => Administration(caller),
            _ => new CallStep("/etcdserverpb.Cluster/MemberList", new Pb.MemberListRequest()),
        };
        return call with { Caller = caller };
    }

    private CallStep Administration(string? caller) => random.Next(5) switch
    {
        0 => new CallStep("/etcdserverpb.Maintenance/Defragment", new Pb.DefragmentRequest()),
        1 => new CallStep("/etcdserverpb.Cluster/MemberRemove", new Pb.MemberRemoveRequest { ID = 77 }),
        2 => new CallStep("/etcdserverpb.Maintenance/Status", new Pb.StatusRequest()),
        3 => new CallStep("/etcdserverpb.Lease/LeaseLeases", new Pb.LeaseLeasesRequest()),
        _ => new CallStep("/etcdserverpb.KV/Compact", new Pb.CompactionRequest { Revision = caller == StoreUsers.Root ? keys.Revision() : long.MaxValue, Physical = true }),
    };

    private string? Caller() => random.Next(8) switch
    {
        0 => null,
        1 or 2 => StoreUsers.Root,
        _ => names[random.Next(names.Length)],
    };

    private string Name() => random.Next(20) switch { 0 => StoreUsers.Root, 1 => "", 2 => "nobody", _ => names[random.Next(names.Length)] };

    private string Role() => random.Next(20) switch { 0 => StoreUsers.Root, 1 => "", 2 => "none", _ => roles[random.Next(roles.Length)] };

    private CallStep Call(string method, IMessage request)
    {
        var path = Auth + method;
        return new CallStep(path, request) { ThroughGateway = random.Next(5) == 0 && GatewayClient.Serves(path) };
    }
}
