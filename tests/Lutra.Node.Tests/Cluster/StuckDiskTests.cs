using Lutra.Keyspace.Commands;
using Lutra.Simulation.Cluster;
using Lutra.Storage.Files;
using static Lutra.Node.Tests.Cluster.Requests;

namespace Lutra.Node.Tests.Cluster;

/// <summary>A disk that takes writes and never ends a sync, under one node of three.</summary>
public sealed class StuckDiskTests
{
    private static readonly TimeSpan electionTimeout = TimeSpan.FromMilliseconds(new LutraNodeOptions().ElectionTimeoutMillis);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void D10_a_leader_whose_disk_is_stuck_loses_leadership_and_stops(ulong seed)
    {
        var cluster = Started(seed, 3);
        var stuck = cluster.Leader!;
        cluster.MustPut(stuck, "key", "1");
        stuck.Disk.Faults.StallSyncs = true;
        WriteTo(stuck, "2");

        Assert.True(
            cluster.Scheduler.RunUntil(() => cluster.Leader is { } leader && leader != stuck && leader.Loop!.Replica!.Raft.CommittedInTerm, 3 * electionTimeout),
            "The leader with the stuck disk still leads.");
        cluster.MustPut(cluster.Leader!, "key", "3");
        Assert.True(cluster.Scheduler.RunUntil(() => !stuck.IsUp, TimeSpan.FromSeconds(25)), "It did not stop.");
        Assert.IsType<DiskStuckException>(stuck.Failure);
        Assert.Equal("3", cluster.Get(cluster.Leader!, "key"));

        stuck.Disk.Faults.StallSyncs = false;
        stuck.Start();
        Assert.True(cluster.Converge(Long));
    }

    [Fact]
    public void D10_a_leader_that_nobody_can_follow_up_gives_leadership_up_all_the_same()
    {
        var cluster = Started(4, 3);
        var stuck = cluster.Leader!;
        foreach (var node in cluster.Nodes)
            node.Disk.Faults.StallSyncs = true;
        WriteTo(stuck, "2");
        Assert.True(cluster.Scheduler.RunUntil(() => cluster.Leader is null, 3 * electionTimeout), "It still leads.");
    }

    [Fact]
    public void D10_a_follower_whose_disk_is_stuck_changes_nothing_for_the_others()
    {
        var cluster = Started(5, 3);
        var leader = cluster.Leader!;
        var term = leader.Loop!.Replica!.Raft.Term;
        cluster.Nodes.First(node => node != leader).Disk.Faults.StallSyncs = true;
        for (var number = 0; number < 50; number++)
        {
            cluster.MustPut(leader, "key", $"{number}");
            cluster.Scheduler.RunFor(TimeSpan.FromMilliseconds(500));
        }

        Assert.Equal(leader, cluster.Leader);
        Assert.Equal(term, leader.Loop!.Replica!.Raft.Term);
    }

    [Fact]
    public void D10_a_process_that_was_paused_does_not_blame_its_disk()
    {
        var cluster = Started(6, 1);
        var node = cluster.Nodes[0];
        WriteTo(node, "1");
        cluster.Scheduler.RunFor(TimeSpan.FromMicroseconds(50));
        node.Pause();
        cluster.Scheduler.RunFor(TimeSpan.FromMinutes(2));
        node.Resume();
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(5));
        Assert.True(node.IsUp, node.Failure?.Message);
        cluster.MustPut(node, "key", "2");
    }

    private static void WriteTo(SimulatedNode node, string value) =>
        node.Requests.Write(new WriteCommand(new PutOperation(Bytes("key"), Bytes(value))), null, _ => { });
}
