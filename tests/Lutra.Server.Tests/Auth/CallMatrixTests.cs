using Google.Protobuf;
using Google.Protobuf.Reflection;
using Lutra.Server.Tests.Etcd;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Server.Tests.Auth;

/// <summary>
/// Every call that the descriptors of the services name, by every kind of caller. A call without a row fails; so does a row that is wrong about one caller. (That a
/// method says whom it takes the compiler sees to: <c>EtcdMethod.Need</c> is required.)
/// </summary>
public sealed class CallMatrixTests(AuthNode node) : IClassFixture<AuthNode>
{
    private const string Anybody = "none bad expired nothing reader writer both root", User = "nothing reader writer both root", Root = "root";
    private const string Read = "reader both root", Write = "writer both root", Both = "both root";

    // Who is let in by each call, and how it is asked.
    private static readonly SortedDictionary<string, (string LetIn, Func<AuthNode, Task<IMessage>> Request)> Rows = new(StringComparer.Ordinal)
    {
        ["/etcdserverpb.KV/Range"] = (Read, With(node => new Pb.RangeRequest { Key = Bytes("m/"), RangeEnd = Bytes("m0") })),
        ["/etcdserverpb.KV/RangeStream"] = (Read, With(node => new Pb.RangeRequest { Key = Bytes("m/"), RangeEnd = Bytes("m0") })),
        ["/etcdserverpb.KV/Put"] = (Write, With(node => new Pb.PutRequest { Key = Bytes(node.Name()) })),
        ["/etcdserverpb.KV/DeleteRange"] = (Write, With(node => new Pb.DeleteRangeRequest { Key = Bytes(node.Name()) })),
        ["/etcdserverpb.KV/Txn"] = (Both, With(node => new Pb.TxnRequest
        {
            Compare = { new Pb.Compare { Key = Bytes(node.Name()) } },
            Success = { new Pb.RequestOp { RequestPut = new Pb.PutRequest { Key = Bytes(node.Name()) } } },
        })),
        ["/etcdserverpb.KV/Compact"] = (Root, With(node => new Pb.CompactionRequest { Revision = 1 << 30 })),
        ["/etcdserverpb.Watch/Watch"] = (Read, With(node => new Pb.WatchRequest { CreateRequest = new Pb.WatchCreateRequest { Key = Bytes("m/"), RangeEnd = Bytes("m0") } })),
        ["/etcdserverpb.Lease/LeaseGrant"] = (User, With(node => new Pb.LeaseGrantRequest { TTL = 60 })),
        ["/etcdserverpb.Lease/LeaseRevoke"] = (Write, async node => new Pb.LeaseRevokeRequest { ID = await LeasedAsync(node) }),
        ["/etcdserverpb.Lease/LeaseKeepAlive"] = (Write, async node => new Pb.LeaseKeepAliveRequest { ID = await LeasedAsync(node) }),
        ["/etcdserverpb.Lease/LeaseTimeToLive"] = (Read, async node => new Pb.LeaseTimeToLiveRequest { ID = await LeasedAsync(node), Keys = true }),
        ["/etcdserverpb.Lease/LeaseLeases"] = (Read, async node => await LeasedAsync(node) > 0 ? new Pb.LeaseLeasesRequest() : throw new InvalidOperationException()),
        ["/etcdserverpb.Cluster/MemberList"] = (User, With(node => new Pb.MemberListRequest { Linearizable = true })),
        ["/etcdserverpb.Cluster/MemberAdd"] = (Root, With(node => new Pb.MemberAddRequest())),
        ["/etcdserverpb.Cluster/MemberRemove"] = (Root, With(node => new Pb.MemberRemoveRequest { ID = 1 })),
        ["/etcdserverpb.Cluster/MemberUpdate"] = (Root, With(node => new Pb.MemberUpdateRequest { ID = 1 })),
        ["/etcdserverpb.Cluster/MemberPromote"] = (Root, With(node => new Pb.MemberPromoteRequest { ID = 1 })),
        ["/etcdserverpb.Maintenance/Alarm"] = (User, With(node => new Pb.AlarmRequest())),
        ["/etcdserverpb.Maintenance/Status"] = (User, With(node => new Pb.StatusRequest())),
        ["/etcdserverpb.Maintenance/Defragment"] = (Root, With(node => new Pb.DefragmentRequest())),
        ["/etcdserverpb.Maintenance/Hash"] = (Root, With(node => new Pb.HashRequest())),
        ["/etcdserverpb.Maintenance/HashKV"] = (Root, With(node => new Pb.HashKVRequest())),
        ["/etcdserverpb.Maintenance/Snapshot"] = (Root, With(node => new Pb.SnapshotRequest())),
        ["/etcdserverpb.Maintenance/MoveLeader"] = (Root, With(node => new Pb.MoveLeaderRequest { TargetID = 1 })),
        ["/etcdserverpb.Maintenance/Downgrade"] = (Root, With(node => new Pb.DowngradeRequest())),
        ["/etcdserverpb.Auth/Authenticate"] = (Anybody, With(node => new Pb.AuthenticateRequest { Name = "reader", Password = AuthNode.Password })),
        ["/etcdserverpb.Auth/AuthStatus"] = (Root, With(node => new Pb.AuthStatusRequest())),
        ["/etcdserverpb.Auth/AuthEnable"] = (Root, With(node => new Pb.AuthEnableRequest())),
        ["/etcdserverpb.Auth/AuthDisable"] = (Root, With(node => new Pb.AuthDisableRequest())),
        ["/etcdserverpb.Auth/UserAdd"] = (Root, With(node => new Pb.AuthUserAddRequest { Name = "root" })),
        ["/etcdserverpb.Auth/UserGet"] = ("reader root", With(node => new Pb.AuthUserGetRequest { Name = "reader" })),
        ["/etcdserverpb.Auth/UserList"] = (Root, With(node => new Pb.AuthUserListRequest())),
        ["/etcdserverpb.Auth/UserDelete"] = (Root, With(node => new Pb.AuthUserDeleteRequest { Name = "who" })),
        ["/etcdserverpb.Auth/UserChangePassword"] = (Root, With(node => new Pb.AuthUserChangePasswordRequest { Name = "who", Password = "x" })),
        ["/etcdserverpb.Auth/UserGrantRole"] = (Root, With(node => new Pb.AuthUserGrantRoleRequest { User = "who", Role = "root" })),
        ["/etcdserverpb.Auth/UserRevokeRole"] = (Root, With(node => new Pb.AuthUserRevokeRoleRequest { Name = "who", Role = "root" })),
        ["/etcdserverpb.Auth/RoleAdd"] = (Root, With(node => new Pb.AuthRoleAddRequest { Name = "reading" })),
        ["/etcdserverpb.Auth/RoleGet"] = (Read, With(node => new Pb.AuthRoleGetRequest { Role = "reading" })),
        ["/etcdserverpb.Auth/RoleList"] = (Root, With(node => new Pb.AuthRoleListRequest())),
        ["/etcdserverpb.Auth/RoleDelete"] = (Root, With(node => new Pb.AuthRoleDeleteRequest { Role = "what" })),
        ["/etcdserverpb.Auth/RoleGrantPermission"] = (Root, With(node => new Pb.AuthRoleGrantPermissionRequest { Name = "what", Perm = new Pb.Permission { Key = Bytes("k") } })),
        ["/etcdserverpb.Auth/RoleRevokePermission"] = (Root, With(node => new Pb.AuthRoleRevokePermissionRequest { Role = "what", Key = Bytes("k") })),
        ["/v3lockpb.Lock/Lock"] = (Both, With(node => new Pb.LockRequest { Name = Bytes(node.Name()) })),
        ["/v3lockpb.Lock/Unlock"] = (Write, With(node => new Pb.UnlockRequest { Key = Bytes(node.Name()) })),
        ["/v3electionpb.Election/Campaign"] = (Both, With(node => new Pb.CampaignRequest { Name = Bytes(node.Name()) })),
        ["/v3electionpb.Election/Proclaim"] = (Both, With(node => new Pb.ProclaimRequest { Leader = new Pb.LeaderKey { Key = Bytes(node.Name()), Rev = 1 } })),
        ["/v3electionpb.Election/Leader"] = (Read, With(node => new Pb.LeaderRequest { Name = Bytes(node.Name()) })),
        ["/v3electionpb.Election/Observe"] = (Read, With(node => new Pb.LeaderRequest { Name = Bytes(node.Name()) })),
        ["/v3electionpb.Election/Resign"] = (Both, With(node => new Pb.ResignRequest { Leader = new Pb.LeaderKey { Key = Bytes(node.Name()), Rev = 1 } })),
        ["/grpc.health.v1.Health/Check"] = (Anybody, With(node => new Pb.HealthCheckRequest())),
        ["/grpc.health.v1.Health/Watch"] = (Anybody, With(node => new Pb.HealthCheckRequest())),
        ["/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"] = (Anybody, With(node => new Pb.ServerReflectionRequest { ListServices = "" })),
    };

    private static IEnumerable<MethodDescriptor> Described =>
        new[] { Pb.RpcReflection.Descriptor, Pb.V3LockReflection.Descriptor, Pb.V3ElectionReflection.Descriptor, Pb.HealthReflection.Descriptor, Pb.ReflectionReflection.Descriptor }
            .SelectMany(file => file.Services).SelectMany(service => service.Methods);

    public static TheoryData<string> Calls => [.. Described.Select(method => $"/{method.Service.FullName}/{method.Name}")];

    [Fact]
    public void Every_call_of_the_services_has_a_row() => Assert.Equal(Described.Select(method => $"/{method.Service.FullName}/{method.Name}").Order(StringComparer.Ordinal), Rows.Keys);

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task K06_a_call_lets_in_whom_its_row_names_and_nobody_else(string path)
    {
        Assert.True(Rows.TryGetValue(path, out var row), $"{path} has no row: say who may call it.");
        await node.ChangeAsync(new EnableAuth());
        var expired = await node.LoginAsync("expired");
        await node.ChangeAsync(new SetPassword("expired", AuthNode.Password));
        foreach (var caller in Anybody.Split(' '))
        {
            var token = caller switch
            {
                "none" => null,
                "bad" => "abcdefghijklmnop.1",
                "expired" => expired,
                _ => await node.LoginAsync(caller),
            };
            var expected = row.LetIn.Split(' ').Contains(caller) ? "let in" : caller switch { "none" => "no user", "bad" or "expired" => "bad token", _ => "denied" };
            Assert.Equal((caller, expected), (caller, await OutcomeAsync(token, path, await row.Request(node))));
        }
    }

    private async Task<string> OutcomeAsync(string? token, string path, IMessage request)
    {
        // What would go on for ever, where it is let in, ends with its deadline.
        var goesOn = path.EndsWith("/Watch", StringComparison.Ordinal) || path.EndsWith("/Observe", StringComparison.Ordinal);
        (string, string)[] headers = [.. token is null ? [] : new[] { ("token", token) }, .. goesOn ? new[] { ("grpc-timeout", "200m") } : []];
        var end = await node.Client.TryAsync(path, request, headers);
        var said = end.Message;
        if (path == "/etcdserverpb.Watch/Watch" && end.Replies.Count > 0)
            said = Pb.WatchResponse.Parser.ParseFrom(end.Replies[0]).CancelReason;
        return said switch
        {
            "etcdserver: user name is empty" or "rpc error: code = InvalidArgument desc = etcdserver: user name is empty" => "no user",
            "etcdserver: invalid auth token" or "rpc error: code = Unauthenticated desc = etcdserver: invalid auth token" => "bad token",
            "etcdserver: permission denied" or "rpc error: code = PermissionDenied desc = etcdserver: permission denied" => "denied",
            _ => "let in",
        };
    }

    private static Func<AuthNode, Task<IMessage>> With(Func<AuthNode, IMessage> request) => node => Task.FromResult(request(node));

    private static async Task<long> LeasedAsync(AuthNode node)
    {
        var lease = (await node.Node.GrantLeaseAsync(60)).Lease;
        await node.Node.PutAsync(new PutOperation(Bytes(node.Name()).Memory, default, lease));
        return lease;
    }

    private static ByteString Bytes(string text) => EtcdNode.Bytes(text);
}
