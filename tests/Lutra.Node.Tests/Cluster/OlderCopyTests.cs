using Lutra.Simulation.Cluster;
using Lutra.Simulation.Disk;
using static Lutra.Node.Tests.Cluster.Requests;

namespace Lutra.Node.Tests.Cluster;

/// <summary>A disk that is put back to an older copy has forgotten what it promised (pitfall D11): whoever knows better does not let it in.</summary>
public sealed class OlderCopyTests
{
    [Fact]
    public void D11_a_disk_that_lost_what_it_had_acknowledged_since_it_was_started_last_is_refused_by_the_leader()
    {
        var cluster = Started(1, 3);
        var follower = cluster.Nodes.First(node => node != cluster.Leader);
        cluster.MustPut(cluster.Leader!, "a", "1");
        var copy = follower.Disk.Save();
        for (var key = 0; key < 20; key++)
            cluster.MustPut(cluster.Leader!, $"k{key}", "1");
        Assert.True(cluster.Converge(Long));
        PutBack(follower, copy);
        IsRefused(cluster, follower, "its log ends with entry");
    }

    [Fact]
    public void D11_a_disk_that_was_put_back_to_before_its_last_start_is_refused_by_all_who_met_it_since()
    {
        var cluster = Started(2, 3);
        var follower = cluster.Nodes.First(node => node != cluster.Leader);
        cluster.MustPut(cluster.Leader!, "a", "1");
        follower.PowerCut();
        var copy = follower.Disk.Save();
        follower.Start();
        Assert.True(cluster.Converge(Long));
        PutBack(follower, copy);
        IsRefused(cluster, follower, "another process was met here under that number");
    }

    [Fact]
    public void A_follower_that_was_only_cut_off_or_lost_its_power_is_let_in_again()
    {
        var cluster = Started(3, 3);
        var follower = cluster.Nodes.First(node => node != cluster.Leader);
        for (var round = 0; round < 5; round++)
        {
            cluster.MustPut(cluster.Leader!, $"k{round}", "1");
            follower.PowerCut();
            follower.Start();
            Assert.True(cluster.Converge(Long));
            Assert.Equal("1", cluster.Get(follower, $"k{round}"));
        }
    }

    private static void PutBack(SimulatedNode node, SavedDisk copy)
    {
        node.PowerCut();
        node.Disk.Restore(copy);
        node.Start();
    }

    private static void IsRefused(SimulatedCluster cluster, SimulatedNode node, string why)
    {
        Assert.True(
            cluster.Scheduler.RunUntil(() => cluster.Nodes.Any(each => each.Told.Any(line => line.What.Contains(why, StringComparison.Ordinal))), Long),
            string.Join('\n', cluster.Nodes.SelectMany(each => each.Told)));
        cluster.MustPut(cluster.Leader!, "after", "1");
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(5));
        Assert.NotEqual(node, cluster.Leader);
        Assert.False(cluster.Put(node, "through", "1") is { IsDone: true });
    }
}
