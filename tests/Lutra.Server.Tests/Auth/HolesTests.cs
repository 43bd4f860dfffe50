using Lutra.Server.Tests.Etcd;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Server.Tests.Auth;

/// <summary>What etcd let through once, each as a claim of its own (reference, section 4 and history of the users; advisories from 2018 to 2026).</summary>
public sealed class HolesTests(AuthNode node) : IClassFixture<AuthNode>
{
    private const string Kv = "/etcdserverpb.KV/", Denied = "etcdserver: permission denied";

    [Fact]
    public async Task K06_a_right_for_a_single_key_does_not_let_watch_from_that_key_on()
    {
        await node.ChangeAsync(new AddRole("single"));
        await node.ChangeAsync(new GrantPermission("single", new Permission(PermissionKind.Read, KeyRange.Single("s"u8.ToArray()))));
        await node.ChangeAsync(new AddUser("single", AuthNode.Password));
        await node.ChangeAsync(new GrantRole("single", "single"));
        Assert.Equal($"rpc error: code = PermissionDenied desc = {Denied}", await WatchAsync("single", "s", "\0"));
        Assert.Equal($"rpc error: code = PermissionDenied desc = {Denied}", await WatchAsync("single", "", ""));
        Assert.Equal($"rpc error: code = PermissionDenied desc = {Denied}", await WatchAsync("single", "", "\0"));
        Assert.Equal("", await WatchAsync("single", "s", ""));
    }

    [Fact]
    public async Task K06_nothing_is_read_or_written_behind_a_nested_transaction()
    {
        await node.Node.PutAsync("hidden", "secret");
        var read = new Pb.TxnRequest { Success = { new Pb.RequestOp { RequestRange = new Pb.RangeRequest { Key = Bytes("hidden") } } } };
        var write = new Pb.TxnRequest { Failure = { new Pb.RequestOp { RequestPut = new Pb.PutRequest { Key = Bytes("hidden"), Value = Bytes("changed") } } } };
        foreach (var inner in new[] { read, write })
        {
            var nested = new Pb.TxnRequest { Success = { new Pb.RequestOp { RequestTxn = new Pb.TxnRequest { Failure = { new Pb.RequestOp { RequestTxn = inner } } } } } };
            Assert.Equal((7, Denied), await node.EndAsync(await node.LoginAsync("both"), Kv + "Txn", nested));
            Assert.Equal((3, "etcdserver: user name is empty"), await node.EndAsync(null, Kv + "Txn", nested));
        }

        Assert.Equal("secret", System.Text.Encoding.UTF8.GetString((await node.Node.GetAsync("hidden"))!.Value.Span));
    }

    [Fact]
    public async Task K06_previous_values_are_not_read_by_who_may_only_write()
    {
        var name = node.Name();
        await node.Node.PutAsync(name, "secret");
        var writer = await node.LoginAsync("writer");
        var put = new Pb.PutRequest { Key = Bytes(name), PrevKv = true };
        var delete = new Pb.DeleteRangeRequest { Key = Bytes(name), PrevKv = true };
        Assert.Equal((7, Denied), await node.EndAsync(writer, Kv + "Put", put));
        Assert.Equal((7, Denied), await node.EndAsync(writer, Kv + "DeleteRange", delete));
        Assert.Equal((7, Denied), await node.EndAsync(writer, Kv + "Txn", new Pb.TxnRequest { Success = { new Pb.RequestOp { RequestPut = put } } }));
        Assert.Equal((7, Denied), await node.EndAsync(writer, Kv + "Txn", new Pb.TxnRequest { Failure = { new Pb.RequestOp { RequestDeleteRange = delete } } }));
    }

    [Fact]
    public async Task K06_a_lease_that_holds_keys_of_others_is_not_attached_to_renewed_or_ended_in_a_transaction_or_alone()
    {
        var lease = (await node.Node.GrantLeaseAsync(60)).Lease;
        await node.Node.PutAsync(new PutOperation("other's"u8.ToArray(), default, lease));
        var writer = await node.LoginAsync("writer");
        var put = new Pb.PutRequest { Key = Bytes(node.Name()), Lease = lease };
        Assert.Equal((7, Denied), await node.EndAsync(writer, Kv + "Put", put));
        Assert.Equal((7, Denied), await node.EndAsync(writer, Kv + "Txn", new Pb.TxnRequest { Success = { new Pb.RequestOp { RequestPut = put } } }));
        Assert.Equal((7, Denied), await node.EndAsync(writer, "/etcdserverpb.Lease/LeaseRevoke", new Pb.LeaseRevokeRequest { ID = lease }));
        Assert.Equal((7, Denied), await node.EndAsync(writer, "/etcdserverpb.Lease/LeaseKeepAlive", new Pb.LeaseKeepAliveRequest { ID = lease }));
        Assert.Equal((7, Denied), await node.EndAsync(writer, "/etcdserverpb.Lease/LeaseTimeToLive", new Pb.LeaseTimeToLiveRequest { ID = lease, Keys = true }));
    }

    [Fact]
    public async Task K06_nobody_is_let_in_to_what_any_user_may_do()
    {
        Assert.Equal(3, (await node.EndAsync(null, "/etcdserverpb.Cluster/MemberList", new Pb.MemberListRequest())).Status);
        Assert.Equal(3, (await node.EndAsync(null, "/etcdserverpb.Maintenance/Status", new Pb.StatusRequest())).Status);
        Assert.Equal(3, (await node.EndAsync(null, "/etcdserverpb.Lease/LeaseGrant", new Pb.LeaseGrantRequest { TTL = 5 })).Status);
        Assert.Equal(3, (await node.EndAsync(null, "/v3lockpb.Lock/Lock", new Pb.LockRequest { Name = Bytes("x") })).Status);
    }

    [Fact]
    public async Task Alarms_are_listed_by_any_user_and_changed_by_root_alone()
    {
        const string Alarm = "/etcdserverpb.Maintenance/Alarm";
        foreach (var action in new[] { Pb.AlarmRequest.Types.AlarmAction.Activate, Pb.AlarmRequest.Types.AlarmAction.Deactivate })
        {
            var request = new Pb.AlarmRequest { Action = action, Alarm = Pb.AlarmType.Nospace };
            Assert.Equal(3, (await node.EndAsync(null, Alarm, request)).Status);
            Assert.Equal((7, Denied), await node.EndAsync(await node.LoginAsync("writer"), Alarm, request));
        }

        Assert.Empty(node.Node.Alarms);
        Assert.Equal(0, (await node.EndAsync(await node.LoginAsync("writer"), Alarm, new Pb.AlarmRequest())).Status);
    }

    [Fact]
    public async Task A_permission_that_is_not_given_is_refused_and_breaks_nothing()
    {
        var root = await node.LoginAsync("root");
        Assert.Equal(
            (3, "etcdserver: permission not given"), await node.EndAsync(root, "/etcdserverpb.Auth/RoleGrantPermission", new Pb.AuthRoleGrantPermissionRequest { Name = "reading" }));
        Assert.Equal(
            (3, "etcdserver: invalid auth management"),
            await node.EndAsync(root, "/etcdserverpb.Auth/RoleGrantPermission", new Pb.AuthRoleGrantPermissionRequest { Name = "reading", Perm = new Pb.Permission() }));
    }

    [Fact]
    public async Task A_token_ends_with_the_password_it_was_given_for()
    {
        await node.ChangeAsync(new AddUser("changing", "old"));
        var token = await node.LoginAsync("changing", "old");
        Assert.Equal(0, (await node.EndAsync(token, "/etcdserverpb.Maintenance/Status", new Pb.StatusRequest())).Status);
        await node.ChangeAsync(new SetPassword("changing", "new"));
        Assert.Equal((16, "etcdserver: invalid auth token"), await node.EndAsync(token, "/etcdserverpb.Maintenance/Status", new Pb.StatusRequest()));
        Assert.Equal(
            (3, "etcdserver: authentication failed, invalid user ID or password"),
            await node.EndAsync(null, "/etcdserverpb.Auth/Authenticate", new Pb.AuthenticateRequest { Name = "changing", Password = "old" }));
    }

    [Fact]
    public async Task A_user_that_comes_again_under_its_name_is_another()
    {
        await node.ChangeAsync(new AddUser("again", "one"));
        var token = await node.LoginAsync("again", "one");
        await node.ChangeAsync(new DeleteUser("again"));
        await node.ChangeAsync(new AddUser("again", "two"));
        Assert.Equal(16, (await node.EndAsync(token, "/etcdserverpb.Maintenance/Status", new Pb.StatusRequest())).Status);
    }

    [Fact]
    public async Task No_password_and_no_empty_password_lets_in_who_has_none()
    {
        Assert.Equal(
            (2, "auth: authentication failed, password was given for no password user"),
            await node.EndAsync(null, "/etcdserverpb.Auth/Authenticate", new Pb.AuthenticateRequest { Name = "certified", Password = "" }));
        var root = await node.LoginAsync("root");
        await node.ChangeAsync(new AddUser("emptied", "x"));
        Assert.Equal(0, (await node.EndAsync(root, "/etcdserverpb.Auth/UserChangePassword", new Pb.AuthUserChangePasswordRequest { Name = "emptied" })).Status);
        Assert.Equal(3, (await node.EndAsync(null, "/etcdserverpb.Auth/Authenticate", new Pb.AuthenticateRequest { Name = "emptied" })).Status);
    }

    [Fact]
    public async Task No_password_and_no_hash_is_ever_shown_in_words()
    {
        Assert.DoesNotContain("x-secret", $"{new AddUser("u", "x-secret")} {new SetPassword("u", "x-secret")} {new SetPasswordHash("u", "x-secret")}", StringComparison.Ordinal);
        Assert.DoesNotContain("$2a$", node.Node.Auth.Users["root"].ToString(), StringComparison.Ordinal);
        var refused = await node.EndAsync(await node.LoginAsync("reader"), "/etcdserverpb.Auth/UserAdd", new Pb.AuthUserAddRequest { Name = "u", Password = "x-secret" });
        Assert.DoesNotContain("x-secret", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_gateway_takes_a_token_and_refuses_as_grpc_does()
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://{node.Served.Address}") };
        const string Get = """{"key":"bS9h"}""";
        Assert.Equal(400, (int)(await http.PostAsync("/v3/kv/range", new StringContent(Get))).StatusCode);
        http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", "nonsense");
        Assert.Equal(401, (int)(await http.PostAsync("/v3/kv/range", new StringContent(Get))).StatusCode);
        foreach (var prefix in new[] { "", "Bearer " })
        {
            http.DefaultRequestHeaders.Remove("Authorization");
            http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", prefix + await node.LoginAsync("reader"));
            Assert.Equal(200, (int)(await http.PostAsync("/v3/kv/range", new StringContent(Get))).StatusCode);
            Assert.Equal(403, (int)(await http.PostAsync("/v3/kv/put", new StringContent(Get))).StatusCode);
        }
    }

    private async Task<string> WatchAsync(string user, string key, string end)
    {
        using var stream = await node.Client.OpenAsync("/etcdserverpb.Watch/Watch", ("token", await node.LoginAsync(user)));
        await stream.SendAsync(new Pb.WatchRequest { CreateRequest = new Pb.WatchCreateRequest { Key = Bytes(key), RangeEnd = Bytes(end) } });
        return (await stream.ReadAsync<Pb.WatchResponse>())!.CancelReason;
    }

    private static Google.Protobuf.ByteString Bytes(string text) => EtcdNode.Bytes(text);
}
