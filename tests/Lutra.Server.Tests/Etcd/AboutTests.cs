using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Server.Tests.Etcd;

/// <summary>What a node says of itself: members, status, health, and which calls there are.</summary>
public sealed class AboutTests(EtcdNode node) : IClassFixture<EtcdNode>
{
    private const string Maintenance = "/etcdserverpb.Maintenance/";
    private const string Cluster = "/etcdserverpb.Cluster/";

    [Fact]
    public async Task A_member_is_listed_under_a_header_without_revision()
    {
        var list = await node.Client.CallAsync<Pb.MemberListResponse>(Cluster + "MemberList", new Pb.MemberListRequest { Linearizable = true });
        var member = Assert.Single(list.Members);
        Assert.Equal((node.Node.Standing!.Member, "1", false), (member.ID, member.Name, member.IsLearner));
        Assert.Equal($"http://{node.Served.Address}", Assert.Single(member.ClientURLs));
        Assert.Equal($"http://{node.Served.Address}", Assert.Single(member.PeerURLs));
        Assert.Equal(0, list.Header.Revision);
        Assert.NotEqual(0UL, list.Header.RaftTerm);
    }

    [Theory]
    [InlineData]
    [InlineData("")]
    [InlineData("localhost:2380")]
    [InlineData("ftp://localhost:2380")]
    [InlineData("http://localhost")]
    [InlineData("http://localhost:2380/path")]
    [InlineData("http://one:2380", "http://two:2380")]
    public async Task A_member_is_not_added_at_addresses_that_are_none(params string[] urls) => await node.RefusedAsync(
        Cluster + "MemberAdd", new Pb.MemberAddRequest { PeerURLs = { urls } }, 3, "etcdserver: given member URLs are invalid");

    [Fact]
    public async Task A_member_that_is_not_there_is_not_found()
    {
        const string Message = "etcdserver: member not found";
        await node.RefusedAsync(Cluster + "MemberRemove", new Pb.MemberRemoveRequest { ID = 5 }, 5, Message);
        await node.RefusedAsync(Cluster + "MemberPromote", new Pb.MemberPromoteRequest { ID = 5 }, 5, Message);
        await node.RefusedAsync(Cluster + "MemberUpdate", new Pb.MemberUpdateRequest { ID = 5, PeerURLs = { "http://a:1" } }, 5, Message);
        await node.RefusedAsync(
            Cluster + "MemberPromote", new Pb.MemberPromoteRequest { ID = node.Node.Standing!.Member }, 9, "etcdserver: can only promote a learner member");
    }

    [Fact]
    public async Task The_last_voter_stays_whatever_was_added_beside_it()
    {
        const string NotEnough = "etcdserver: re-configuration failed due to not enough started members";
        var last = new Pb.MemberRemoveRequest { ID = node.Node.Standing!.Member };
        await node.RefusedAsync(Cluster + "MemberRemove", last, 9, NotEnough);
        var added = await node.Client.CallAsync<Pb.MemberAddResponse>(Cluster + "MemberAdd", new Pb.MemberAddRequest { PeerURLs = { "http://beside:2380" } });
        await node.RefusedAsync(Cluster + "MemberRemove", last, 9, NotEnough);
        await node.Client.CallAsync<Pb.MemberRemoveResponse>(Cluster + "MemberRemove", new Pb.MemberRemoveRequest { ID = added.Member.ID });
    }

    [Fact]
    public async Task A_member_that_is_not_up_is_written_down_elsewhere()
    {
        var added = await node.Client.CallAsync<Pb.MemberAddResponse>(Cluster + "MemberAdd", new Pb.MemberAddRequest { PeerURLs = { "http://wrong:2380" }, IsLearner = true });
        var update = new Pb.MemberUpdateRequest { ID = added.Member.ID, PeerURLs = { "http://right:2380" } };
        var updated = await node.Client.CallAsync<Pb.MemberUpdateResponse>(Cluster + "MemberUpdate", update);
        Assert.Equal("http://right:2380", updated.Members.Single(member => member.ID == added.Member.ID).PeerURLs.Single());
        update.ID = node.Node.Standing!.Member;
        await node.RefusedAsync(Cluster + "MemberUpdate", update, 9, "etcdserver: Peer URLs already exists");
        await node.Client.CallAsync<Pb.MemberRemoveResponse>(Cluster + "MemberRemove", new Pb.MemberRemoveRequest { ID = added.Member.ID });
    }

    [Fact]
    public async Task A_second_learner_has_to_wait_for_the_first_and_a_voter_to_be_has_not()
    {
        var learner = await AddAsync("http://first:2380", isLearner: true);
        await node.RefusedAsync(
            Cluster + "MemberAdd", new Pb.MemberAddRequest { PeerURLs = { "http://second:2380" }, IsLearner = true }, 9, "etcdserver: too many learner members in cluster");
        var voter = await AddAsync("http://third:2380", isLearner: false);
        await RemoveAsync(learner);
        var next = await AddAsync("http://second:2380", isLearner: true);
        await RemoveAsync(voter);
        await RemoveAsync(next);
    }

    [Fact]
    public async Task A_status_names_version_leader_and_indexes()
    {
        var status = await node.Client.CallAsync<Pb.StatusResponse>(Maintenance + "Status", new Pb.StatusRequest());
        Assert.Matches(@"^3\.6\.\d+$", status.Version);
        Assert.Equal(status.Header.MemberId, status.Leader);
        Assert.True(status.RaftIndex >= status.RaftAppliedIndex && status.RaftAppliedIndex > 0);
        Assert.NotNull(status.DowngradeInfo);
        Assert.Empty(status.Errors);
    }

    [Fact]
    public async Task Upkeep_answers_as_there_is_nothing_to_do()
    {
        Assert.Null((await node.Client.CallAsync<Pb.DefragmentResponse>(Maintenance + "Defragment", new Pb.DefragmentRequest())).Header);
        Assert.Empty((await node.Client.CallAsync<Pb.AlarmResponse>(Maintenance + "Alarm", new Pb.AlarmRequest())).Alarms);
        await node.RefusedAsync(Maintenance + "MoveLeader", new Pb.MoveLeaderRequest { TargetID = 5 }, 9, "etcdserver: bad leader transferee");
        await node.RefusedAsync(Maintenance + "Downgrade", new Pb.DowngradeRequest { Version = "3.5" }, 3, "etcdserver: invalid downgrade target version");
        await node.RefusedAsync(Maintenance + "Downgrade", new Pb.DowngradeRequest { Version = "x" }, 3, "etcdserver: wrong downgrade target version format");
        await node.RefusedAsync(Maintenance + "Downgrade", new Pb.DowngradeRequest { Action = (Pb.DowngradeRequest.Types.DowngradeAction)9 }, 2, "etcdserver: unknown method");
    }

    [Fact]
    public async Task Without_users_nobody_logs_in()
    {
        await node.RefusedAsync("/etcdserverpb.Auth/Authenticate", new Pb.AuthenticateRequest { Name = "a" }, 9, "etcdserver: authentication is not enabled");
        Assert.False((await node.Client.CallAsync<Pb.AuthStatusResponse>("/etcdserverpb.Auth/AuthStatus", new Pb.AuthStatusRequest())).Enabled);
    }

    [Fact]
    public async Task Health_is_told_for_the_whole_and_for_nothing_else()
    {
        var health = await node.Client.CallAsync<Pb.HealthCheckResponse>("/grpc.health.v1.Health/Check", new Pb.HealthCheckRequest());
        Assert.Equal(Pb.HealthCheckResponse.Types.ServingStatus.Serving, health.Status);
        await node.RefusedAsync("/grpc.health.v1.Health/Check", new Pb.HealthCheckRequest { Service = "x" }, 5, "unknown service");
        using var watch = await node.Client.OpenAsync("/grpc.health.v1.Health/Watch", new Pb.HealthCheckRequest());
        Assert.Equal(Pb.HealthCheckResponse.Types.ServingStatus.Serving, (await watch.ReadAsync<Pb.HealthCheckResponse>())!.Status);
    }

    [Fact]
    public async Task Every_service_that_is_served_is_listed_and_described()
    {
        foreach (var version in (string[])["v1", "v1alpha"])
        {
            using var reflection = await node.Client.OpenAsync($"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo");
            await reflection.SendAsync(new Pb.ServerReflectionRequest { ListServices = "" });
            var services = (await reflection.ReadAsync<Pb.ServerReflectionResponse>())!.ListServicesResponse.Service.Select(service => service.Name).ToArray();
            Assert.Contains("etcdserverpb.KV", services);
            Assert.Contains("v3electionpb.Election", services);
            foreach (var service in services.Where(service => !service.EndsWith("v1alpha.ServerReflection", StringComparison.Ordinal)))
            {
                await reflection.SendAsync(new Pb.ServerReflectionRequest { FileContainingSymbol = service });
                var described = (await reflection.ReadAsync<Pb.ServerReflectionResponse>())!.FileDescriptorResponse;
                Assert.NotNull(described);
                Assert.NotEmpty(described.FileDescriptorProto);
            }

            await reflection.SendAsync(new Pb.ServerReflectionRequest { FileByFilename = "none.proto" });
            Assert.Equal(5, (await reflection.ReadAsync<Pb.ServerReflectionResponse>())!.ErrorResponse.ErrorCode);
        }
    }

    [Fact]
    public void Every_method_that_is_served_stands_in_a_description()
    {
        var described = new[] { Pb.RpcReflection.Descriptor, Pb.V3LockReflection.Descriptor, Pb.V3ElectionReflection.Descriptor, Pb.HealthReflection.Descriptor, Pb.ReflectionReflection.Descriptor }
            .SelectMany(file => file.Services).SelectMany(service => service.Methods).Select(method => $"/{method.Service.FullName}/{method.Name}").ToHashSet();
        foreach (var path in new Server.Etcd.EtcdFace(() => null, new Server.Auth.Doorkeeper(new()), new(), false, default).Methods.Keys.Where(path => !path.Contains("v1alpha", StringComparison.Ordinal)))
            Assert.Contains(path, described);
    }

    private async Task<ulong> AddAsync(string url, bool isLearner) =>
        (await node.Client.CallAsync<Pb.MemberAddResponse>(Cluster + "MemberAdd", new Pb.MemberAddRequest { PeerURLs = { url }, IsLearner = isLearner })).Member.ID;

    private async Task RemoveAsync(ulong member) =>
        await node.Client.CallAsync<Pb.MemberRemoveResponse>(Cluster + "MemberRemove", new Pb.MemberRemoveRequest { ID = member });
}
