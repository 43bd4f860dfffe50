using Lutra.Acceptance.Processes;

namespace Lutra.Acceptance.Etcd;

/// <summary>etcdctl on a cluster whose leader is killed.</summary>
public sealed class FailoverTests
{
    [Fact]
    public async Task A_watch_at_a_follower_goes_on_without_a_gap_when_the_leader_is_killed()
    {
        Tools.Require("etcdctl");
        await using var cluster = await RealCluster.StartAsync(3);
        var leader = await cluster.LeaderAsync();
        var survivor = new Etcdctl([cluster.Address((leader + 1) % 3)]);
        var all = new Etcdctl([.. Enumerable.Range(0, 3).Select(cluster.Address)]);
        using var watch = survivor.Follow("watch", "failover", "--rev=1");
        for (var number = 0; number < 5; number++)
            await all.PrintAsync("put", "failover", $"{number}");
        cluster.Process(leader).Kill();
        for (var number = 5; number < 10; number++)
        {
            // One that was under way when the leader fell may be done or not; the next overwrites it in either case.
            while ((await all.RunAsync("put", "failover", $"{number}")).ExitCode != 0)
                await Task.Yield();
        }

        var seen = -1;
        while (seen < 9)
        {
            var lines = await watch.LinesAsync(3);
            Assert.Equal(["PUT", "failover"], lines[..2]);
            var next = int.Parse(lines[2], System.Globalization.CultureInfo.InvariantCulture);
            Assert.True(next == seen + 1 || (next == seen && next >= 5), $"{next} was told after {seen}.");
            seen = next;
        }
    }
}
