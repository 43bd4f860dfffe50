using Lutra.Acceptance.Faults.Histories;
using Lutra.Acceptance.Links;

namespace Lutra.Acceptance.Faults;

/// <summary>Links that are cut, each way and both, in every shape; links that are rough (LUTRA_PARTITIONS for more).</summary>
[Trait("Faults", "RP3")]
public sealed class PartitionTests
{
    [Fact]
    public async Task RP3_partitions_of_every_shape_lose_nothing_and_stop_no_majority()
    {
        var wanted = Amount.Of("LUTRA_PARTITIONS", 3);
        var during = new Figures("RP3, while cut");
        var after = new Figures("RP3, healed");
        await using var cluster = await LinkedCluster.StartAsync(5);
        await using var work = await Work.BeginAsync(cluster, Amount.Seed);
        var random = new Random(Amount.Seed);
        var first = random.Next(PartitionShapes.Names.Length);
        for (var at = 0; at < wanted; at++)
        {
            var shape = PartitionShapes.Names[(first + at) % PartitionShapes.Names.Length];
            cluster.Weather.Partition(PartitionShapes.Of(shape, cluster.Nodes, await cluster.LeaderAsync(), random));
            during.Waited(await cluster.WritableAsync());
            await work.ProgressAsync(random.Next(5, 60));
            cluster.Weather.Clear();
            after.Waited(await cluster.WritableAsync());
        }

        var done = await work.JudgeAsync();
        during.Tell($"{wanted} partitions. {done}");
        after.Tell($"{wanted} partitions.");
    }

    [Fact]
    public async Task RP3_rough_links_cost_time_and_nothing_else()
    {
        var wanted = Amount.Of("LUTRA_PARTITIONS", 2);
        await using var cluster = await LinkedCluster.StartAsync(3, new LinkedClusterOptions { ClientsThroughProxies = true });
        await using var work = await Work.BeginAsync(cluster, Amount.Seed);
        var random = new Random(Amount.Seed);
        for (var at = 0; at < wanted; at++)
        {
            cluster.Weather.Set((_, _) => new LinkState
            {
                Delay = TimeSpan.FromMilliseconds(random.Next(2) * random.Next(40)),
                Jitter = TimeSpan.FromMilliseconds(random.Next(2) * random.Next(20)),
                Loss = random.Next(2) * random.NextDouble() * 0.1,
                Duplication = random.Next(2) * random.NextDouble() * 0.2,
                Reordering = random.Next(2) * random.NextDouble() * 0.3,
                Breaking = random.Next(4) == 0 ? 0.002 : 0,
                BytesPerSecond = random.Next(2) * random.Next(100_000, 1_000_000),
            });
            for (var node = 0; node < cluster.Nodes; node++)
                cluster.Weather[cluster.Weather.Clients, node] = new LinkState { Delay = TimeSpan.FromMilliseconds(random.Next(30)), Breaking = random.Next(2) * 0.005 };
            await work.ProgressAsync(random.Next(50, 200));
        }

        cluster.Weather.Clear();
        for (var node = 0; node < cluster.Nodes; node++)
            cluster.Weather[cluster.Weather.Clients, node] = LinkState.Clear;
        new Figures("RP3, rough links").Tell($"{wanted} times. {await work.JudgeAsync()}");
    }

    [Fact]
    public async Task RP3_packets_that_the_kernel_drops_both_ways_and_one_way_lose_nothing()
    {
        var wanted = Amount.Of("LUTRA_PARTITIONS", 2);
        using var network = NamespaceNetwork.Create(3);
        var during = new Figures("RP3, namespaces, while cut");
        await using var cluster = await LinkedCluster.StartAsync(3, new LinkedClusterOptions { Network = network });
        await using var work = await Work.BeginAsync(cluster, Amount.Seed);
        var random = new Random(Amount.Seed);
        for (var at = 0; at < wanted; at++)
        {
            var victim = random.Next(3) == 0 ? random.Next(3) : await cluster.LeaderAsync();
            int[] others = [.. Enumerable.Range(0, 3).Where(node => node != victim)];
            var isMuted = at % 2 == 1;
            if (isMuted)
                Array.ForEach(others, other => network.Mute(victim, other));
            else
                network.Plug(victim, isIn: false);
            during.Waited(await cluster.WritableAsync(others));
            await work.ProgressAsync(random.Next(5, 60));
            if (isMuted)
                Array.ForEach(others, other => network.Unmute(victim, other));
            else
                network.Plug(victim, isIn: true);
            await cluster.ReadyAsync();
        }

        during.Tell($"{wanted} partitions. {await work.JudgeAsync()}");
    }
}
