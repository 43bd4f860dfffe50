using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Server.Tests.Etcd;

public sealed class LeaseTests(EtcdNode node) : IClassFixture<EtcdNode>
{
    [Fact]
    public async Task Every_keepalive_is_answered_in_order_and_a_dead_lease_has_no_time_left()
    {
        var one = await GrantAsync(100);
        var other = await GrantAsync(200);
        using var stream = await node.Client.OpenAsync("/etcdserverpb.Lease/LeaseKeepAlive", ("hasleader", "true"));
        long[] asked = [one, 999, other, one, other];
        foreach (var lease in asked)
            await stream.SendAsync(new Pb.LeaseKeepAliveRequest { ID = lease });
        foreach (var lease in asked)
        {
            var reply = await stream.ReadAsync<Pb.LeaseKeepAliveResponse>();
            Assert.Equal((lease, lease == one ? 100 : lease == other ? 200 : 0), (reply!.ID, reply.TTL));
            Assert.True(reply.Header.RaftTerm > 0);
        }

        stream.CloseSending();
        Assert.Null(await stream.ReadAsync<Pb.LeaseKeepAliveResponse>());
        Assert.Equal(0, stream.End.Status);
    }

    [Fact]
    public async Task More_keepalives_than_may_be_on_their_way_are_all_answered()
    {
        var lease = await GrantAsync(100);
        using var stream = await node.Client.OpenAsync("/etcdserverpb.Lease/LeaseKeepAlive");
        for (var number = 0; number < 500; number++)
            await stream.SendAsync(new Pb.LeaseKeepAliveRequest { ID = lease });
        for (var number = 0; number < 500; number++)
            Assert.Equal(100, (await stream.ReadAsync<Pb.LeaseKeepAliveResponse>())!.TTL);
    }

    [Fact]
    public async Task A_number_in_use_is_refused_and_a_dead_lease_has_minus_one_left()
    {
        await node.Client.CallAsync<Pb.LeaseGrantResponse>("/etcdserverpb.Lease/LeaseGrant", new Pb.LeaseGrantRequest { ID = 4711, TTL = 60 });
        await node.RefusedAsync("/etcdserverpb.Lease/LeaseGrant", new Pb.LeaseGrantRequest { ID = 4711, TTL = 60 }, 9, "etcdserver: lease already exists");
        await node.RefusedAsync("/etcdserverpb.Lease/LeaseGrant", new Pb.LeaseGrantRequest { TTL = 9_000_000_001 }, 11, "etcdserver: too large lease TTL");
        await node.RefusedAsync("/etcdserverpb.Lease/LeaseRevoke", new Pb.LeaseRevokeRequest { ID = 1 }, 5, "etcdserver: requested lease not found");
        var gone = await node.Client.CallAsync<Pb.LeaseTimeToLiveResponse>("/etcdserverpb.Lease/LeaseTimeToLive", new Pb.LeaseTimeToLiveRequest { ID = 5 });
        Assert.Equal((5, -1, 0), (gone.ID, gone.TTL, gone.GrantedTTL));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public async Task Every_number_but_0_can_be_a_lease(long lease)
    {
        await node.Client.CallAsync<Pb.LeaseGrantResponse>("/etcdserverpb.Lease/LeaseGrant", new Pb.LeaseGrantRequest { ID = lease, TTL = 60 });
        var key = node.Name();
        await node.PutAsync(key, "held", lease);
        using var stream = await node.Client.OpenAsync("/etcdserverpb.Lease/LeaseKeepAlive");
        await stream.SendAsync(new Pb.LeaseKeepAliveRequest { ID = lease });
        Assert.Equal(60, (await stream.ReadAsync<Pb.LeaseKeepAliveResponse>())!.TTL);
        var left = await node.Client.CallAsync<Pb.LeaseTimeToLiveResponse>("/etcdserverpb.Lease/LeaseTimeToLive", new Pb.LeaseTimeToLiveRequest { ID = lease, Keys = true });
        Assert.Equal((lease, key), (left.ID, left.Keys.Single().ToStringUtf8()));
        var list = await node.Client.CallAsync<Pb.LeaseLeasesResponse>("/etcdserverpb.Lease/LeaseLeases", new Pb.LeaseLeasesRequest());
        Assert.Contains(list.Leases, one => one.ID == lease);
        Assert.Equal(System.Net.HttpStatusCode.OK, (await node.Client.Http.GetAsync($"/leases/{lease}")).StatusCode);
        await node.Client.CallAsync<Pb.LeaseRevokeResponse>("/etcdserverpb.Lease/LeaseRevoke", new Pb.LeaseRevokeRequest { ID = lease });
        Assert.Equal(0, (await node.RangeAsync(new Pb.RangeRequest { Key = EtcdNode.Bytes(key) })).Count);
    }

    private async Task<long> GrantAsync(long ttlSeconds) =>
        (await node.Client.CallAsync<Pb.LeaseGrantResponse>("/etcdserverpb.Lease/LeaseGrant", new Pb.LeaseGrantRequest { TTL = ttlSeconds })).ID;
}
