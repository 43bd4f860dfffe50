using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Server.Tests.Etcd;

/// <summary>Locks and elections that the server waits for.</summary>
public sealed class LockTests(EtcdNode node) : IClassFixture<EtcdNode>
{
    private const string Election = "/v3electionpb.Election/";

    [Fact]
    public async Task A_lock_goes_to_the_next_when_it_is_unlocked_or_its_lease_ends()
    {
        var name = EtcdNode.Bytes(node.Name());
        var (one, other, third) = (await GrantAsync(), await GrantAsync(), await GrantAsync());
        var held = await LockAsync(one);
        Assert.Equal($"{name.ToStringUtf8()}/{one:x}", held.Key.ToStringUtf8());
        Assert.Equal(held.Key, (await LockAsync(one)).Key);
        var second = LockAsync(other);
        await WaitersAsync(2);
        var last = LockAsync(third);
        await WaitersAsync(3);
        Assert.False(second.IsCompleted);
        await node.Client.CallAsync<Pb.UnlockResponse>("/v3lockpb.Lock/Unlock", new Pb.UnlockRequest { Key = held.Key });
        await second;
        Assert.False(last.IsCompleted);
        await node.Node.RevokeLeaseAsync(other);
        await last;

        Task<Pb.LockResponse> LockAsync(long lease) =>
            node.Client.CallAsync<Pb.LockResponse>("/v3lockpb.Lock/Lock", new Pb.LockRequest { Name = name, Lease = lease });

        async Task WaitersAsync(int count)
        {
            while ((await node.Node.RangeAsync(new RangeOperation(KeyRange.Prefix(name.Memory), CountOnly: true))).Count < count)
                await Task.Yield();
        }
    }

    [Fact]
    public async Task Who_waits_and_loses_the_lease_is_told()
    {
        var name = EtcdNode.Bytes(node.Name());
        await node.Client.CallAsync<Pb.LockResponse>("/v3lockpb.Lock/Lock", new Pb.LockRequest { Name = name });
        var lease = await GrantAsync();
        var holder = await node.Node.RangeAsync(new RangeOperation(KeyRange.Prefix(name.Memory)));
        var waiting = node.Client.TryAsync("/v3lockpb.Lock/Lock", new Pb.LockRequest { Name = name, Lease = lease });
        while ((await node.Node.RangeAsync(new RangeOperation(KeyRange.Prefix(name.Memory), CountOnly: true))).Count < 2)
            await Task.Yield();
        await node.Node.RevokeLeaseAsync(lease);
        await node.DeleteAsync(System.Text.Encoding.UTF8.GetString(holder.KeyValues[0].Key.Span));
        Assert.Equal((2, "mutex: session is expired"), ((await waiting).Status, (await waiting).Message));
        await node.RefusedAsync("/v3lockpb.Lock/Lock", new Pb.LockRequest { Name = name, Lease = 12345 }, 5, "etcdserver: requested lease not found");
    }

    [Fact]
    public async Task A_leader_is_elected_proclaims_is_observed_and_resigns()
    {
        var name = EtcdNode.Bytes(node.Name());
        await node.RefusedAsync(Election + "Leader", new Pb.LeaderRequest { Name = name }, 2, "election: no leader");
        var first = await CampaignAsync("one");
        using var observer = await node.Client.OpenAsync(Election + "Observe", new Pb.LeaderRequest { Name = name });
        Assert.Equal("one", (await observer.ReadAsync<Pb.LeaderResponse>())!.Kv.Value.ToStringUtf8());
        var second = CampaignAsync("two");
        await node.Client.CallAsync<Pb.ProclaimResponse>(Election + "Proclaim", new Pb.ProclaimRequest { Leader = first.Leader, Value = EtcdNode.Bytes("one more") });
        Assert.Equal("one more", (await observer.ReadAsync<Pb.LeaderResponse>())!.Kv.Value.ToStringUtf8());
        Assert.Equal("one more", (await node.Client.CallAsync<Pb.LeaderResponse>(Election + "Leader", new Pb.LeaderRequest { Name = name })).Kv.Value.ToStringUtf8());
        Assert.False(second.IsCompleted);
        await node.Client.CallAsync<Pb.ResignResponse>(Election + "Resign", new Pb.ResignRequest { Leader = first.Leader });
        await second;
        Assert.Equal("two", (await observer.ReadAsync<Pb.LeaderResponse>())!.Kv.Value.ToStringUtf8());
        await node.RefusedAsync(Election + "Proclaim", new Pb.ProclaimRequest { Leader = first.Leader }, 2, "election: not leader");
        await node.Client.CallAsync<Pb.ResignResponse>(Election + "Resign", new Pb.ResignRequest { Leader = first.Leader });
        await node.RefusedAsync(Election + "Proclaim", new Pb.ProclaimRequest(), 2, "\"leader\" field must be provided");
        await node.RefusedAsync(Election + "Resign", new Pb.ResignRequest(), 2, "\"leader\" field must be provided");

        async Task<Pb.CampaignResponse> CampaignAsync(string value) => await node.Client.CallAsync<Pb.CampaignResponse>(
            Election + "Campaign", new Pb.CampaignRequest { Name = name, Lease = await GrantAsync(), Value = EtcdNode.Bytes(value) });
    }

    private async Task<long> GrantAsync() => (await node.Node.GrantLeaseAsync(60)).Lease;
}
