using Lutra.Raft;
using Lutra.Simulation.Cluster;
using static Lutra.Node.Tests.Cluster.Requests;

namespace Lutra.Node.Tests.Cluster;

/// <summary>Two clusters on one network whose addresses get mixed up (pitfall N01).</summary>
public sealed class TwoClustersTests
{
    private static readonly string[] First = ["n1:2379", "n2:2379", "n3:2379"];
    private static readonly string[] Second = ["n4:2379", "n5:2379", "n6:2379"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void N01_an_address_that_moves_to_another_cluster_and_back_carries_nothing_over(ulong seed)
    {
        var cluster = new SimulatedCluster(seed, nodes: 6, options => options with { Peers = options.Label[0] <= '3' ? First : Second });
        var (ours, theirs) = (cluster.Nodes.Take(3).ToArray(), cluster.Nodes.Skip(3).ToArray());
        cluster.StartAll();
        Write(cluster, ours, "ours", "1");
        Write(cluster, theirs, "theirs", "1");
        var ids = (Id(ours[0]), Id(theirs[0]));
        Assert.NotEqual(ids.Item1, ids.Item2);

        // The third machine's address is handed to the sixth, whose cluster it does not belong to.
        ours[2].Kill();
        theirs[2].Kill();
        theirs[2].MoveTo("n3:2379");
        theirs[2].Start();
        for (var round = 2; round < 12; round++)
        {
            RunApart(cluster, ours, theirs);
            Write(cluster, ours, "ours", $"{round}");
            Write(cluster, theirs, "theirs", $"{round}");
        }

        Assert.True(theirs[2].IsUp, theirs[2].Failure?.ToString());
        Assert.Equal("11", cluster.Get(theirs[2], "theirs"));
        Assert.Contains(
            cluster.Nodes.SelectMany(node => node.Told), line => line.What.Contains("two clusters that began apart cannot be joined", StringComparison.Ordinal));

        theirs[2].Kill();
        theirs[2].MoveTo("n6:2379");
        theirs[2].Start();
        ours[2].Start();
        RunApart(cluster, ours, theirs);
        foreach (var node in ours)
        {
            Assert.Equal("11", cluster.Get(node, "ours"));
            Assert.Null(cluster.Get(node, "theirs"));
            Assert.Equal(ids.Item1, Id(node));
        }

        foreach (var node in theirs)
        {
            Assert.Equal("11", cluster.Get(node, "theirs"));
            Assert.Null(cluster.Get(node, "ours"));
            Assert.Equal(ids.Item2, Id(node));
        }

        Assert.Equal(HashOf(ours[0]), HashOf(ours[2]));
        Assert.Equal(HashOf(theirs[0]), HashOf(theirs[2]));
    }

    private static void RunApart(SimulatedCluster cluster, SimulatedNode[] ours, SimulatedNode[] theirs)
    {
        var end = cluster.Scheduler.Now + TimeSpan.FromSeconds(3);
        cluster.Scheduler.RunUntil(
            () =>
            {
                RequireNoneOf(theirs, ours);
                RequireNoneOf(ours, theirs);
                return cluster.Scheduler.Now >= end;
            },
            TimeSpan.FromSeconds(4));
    }

    /// <summary>A peer that is connected may send frames: so none of the other cluster ever is.</summary>
    private static void RequireNoneOf(SimulatedNode[] strangers, SimulatedNode[] nodes)
    {
        foreach (var node in nodes)
        {
            foreach (var peer in node.Loop?.Peers.Status ?? [])
                Assert.DoesNotContain(strangers, stranger => stranger.Loop?.Membership.Identity.Node == peer.Node);
        }
    }

    private static void Write(SimulatedCluster cluster, SimulatedNode[] nodes, string key, string value)
    {
        Assert.True(cluster.Scheduler.RunUntil(() => LeaderOf(nodes) is not null, Long), string.Join('\n', nodes.SelectMany(node => node.Told)));
        cluster.MustPut(LeaderOf(nodes)!, key, value);
    }

    private static SimulatedNode? LeaderOf(SimulatedNode[] nodes) =>
        nodes.Where(node => node.Loop?.Replica?.Raft is { Role: RoleName.Leader, CommittedInTerm: true }).MaxBy(node => node.Loop!.Replica!.Raft.Term.Value);

    private static ClusterId Id(SimulatedNode node) => node.Loop!.Membership.Begun!.Cluster;

    private static UInt128 HashOf(SimulatedNode node)
    {
        using var view = node.Loop!.Replica!.Keyspace.Pin();
        return view.HashOfState();
    }
}
