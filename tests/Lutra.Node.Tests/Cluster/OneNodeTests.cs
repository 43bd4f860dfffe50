using static Lutra.Node.Tests.Cluster.Requests;

namespace Lutra.Node.Tests.Cluster;

public sealed class OneNodeTests
{
    [Fact]
    public void What_was_put_is_found()
    {
        var cluster = Started(seed: 1, nodes: 1);
        cluster.MustPut(cluster.Nodes[0], "name", "otter");
        Assert.Equal("otter", cluster.Get(cluster.Nodes[0], "name"));
    }

    [Fact]
    public void A_node_alone_serves_within_a_heartbeat_of_its_start()
    {
        var cluster = new Simulation.Cluster.SimulatedCluster(seed: 2, nodes: 1);
        cluster.StartAll();
        Assert.True(cluster.ElectLeader(TimeSpan.FromMilliseconds(150)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_acknowledged_write_outlives_the_process_and_the_power(bool powerCut)
    {
        var cluster = Started(seed: 3, nodes: 1);
        var node = cluster.Nodes[0];
        for (var round = 0; round < 20; round++)
        {
            cluster.MustPut(node, "name", $"otter {round}");
            if (powerCut)
                node.PowerCut();
            else
                node.Kill();
            node.Start();
            Assert.True(cluster.ElectLeader(Long), node.Failure?.ToString());
            Assert.Equal($"otter {round}", cluster.Get(node, "name"));
        }
    }

    [Fact]
    public void A_restart_finds_what_tables_and_log_hold_together()
    {
        var cluster = Started(seed: 4, nodes: 1);
        var node = cluster.Nodes[0];
        for (var number = 0; number < 3000; number++)
            cluster.MustPut(node, $"key {number}", new string('x', 200));
        node.PowerCut();
        node.Start();
        Assert.True(cluster.ElectLeader(Long), node.Failure?.ToString());
        Assert.True(node.Disk.Paths.Any(path => path.StartsWith("tables/", StringComparison.Ordinal)), "No table was written.");
        for (var number = 0; number < 3000; number += 97)
            Assert.Equal(new string('x', 200), cluster.Get(node, $"key {number}"));
    }

    [Fact]
    public void C01_a_repeat_with_the_same_idempotency_key_is_done_once()
    {
        var cluster = Started(seed: 5, nodes: 1);
        var node = cluster.Nodes[0];
        var first = cluster.Put(node, "name", "otter", "key 1");
        node.PowerCut();
        node.Start();
        Assert.True(cluster.ElectLeader(Long));
        var second = cluster.Put(node, "name", "otter", "key 1");
        Assert.Equal(first!.Result, second!.Result);
        var other = cluster.Put(node, "name", "beaver", "key 1");
        Assert.Equal(LutraError.IdempotencyKeyReused, other!.Error);
    }
}
