using Lutra.Simulation.Cluster;
using Lutra.Storage.Files;
using static Lutra.Node.Tests.Cluster.Requests;

namespace Lutra.Node.Tests.Cluster;

/// <summary>A node whose log has lost what it promised, next to one that never had it.</summary>
public sealed class DamagedLogTests
{
    private const string HardState = "log/hard-state";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void D04_a_node_with_a_damaged_log_votes_for_nobody_until_those_who_have_all_are_back(ulong seed)
    {
        var cluster = Started(seed, 3);
        var leader = cluster.Leader!;
        var (holder, behind) = (cluster.Nodes.First(node => node != leader), cluster.Nodes.Last(node => node != leader));
        cluster.MustPut(leader, "key", "old");
        Assert.True(cluster.Converge(Long));
        behind.Kill();
        for (var number = 0; number < 20; number++)
            cluster.MustPut(leader, "key", $"new {number}");
        holder.Kill();
        leader.Kill();
        Assert.NotEqual(0, Damage(holder));

        // Together they would be a majority that has forgotten what was acknowledged.
        holder.Start();
        behind.Start();
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(20));
        Assert.IsAssignableFrom<DamagedFileException>(holder.Failure);
        Assert.Null(cluster.Leader);

        leader.Start();
        Assert.True(cluster.ElectLeader(Long));
        Assert.Equal("new 19", cluster.Get(behind, "key"));
    }

    [Fact]
    public void D08_a_hard_state_whose_last_write_was_lost_is_named()
    {
        var cluster = Started(4, 3);
        var node = cluster.Nodes.First(each => each != cluster.Leader);
        var before = node.Disk.ReadAll(HardState);
        cluster.Leader!.Kill();
        Assert.True(cluster.ElectLeader(Long));
        cluster.MustPut(cluster.Leader!, "key", "of a later term");
        Assert.True(cluster.Converge(Long));

        node.Kill();
        node.Disk.Plant(HardState, before);
        node.Start();
        Assert.EndsWith(HardState, Assert.IsAssignableFrom<DamagedFileException>(node.Failure).Path, StringComparison.Ordinal);
    }

    // A bit in one of the last records that its log holds, and not in the very last.
    private static int Damage(SimulatedNode node)
    {
        var path = node.Disk.Paths.Last(path => path.EndsWith(".log", StringComparison.Ordinal) && UsedBytes(node, path) > 0);
        node.Disk.Corrupt(path, UsedBytes(node, path) - 300, 0x10);
        return UsedBytes(node, path);
    }

    private static int UsedBytes(SimulatedNode node, string path) => node.Disk.ReadAll(path).AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
}
