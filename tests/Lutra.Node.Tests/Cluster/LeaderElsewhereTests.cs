using Lutra.Simulation.Cluster;
using static Lutra.Node.Tests.Cluster.Requests;

namespace Lutra.Node.Tests.Cluster;

/// <summary>Whom a node names to those it cannot serve.</summary>
public sealed class LeaderElsewhereTests
{
    [Fact]
    public void A_follower_names_the_leader_by_what_it_advertises_and_the_leader_nobody()
    {
        var cluster = Started(seed: 21, nodes: 3);
        cluster.MustPut(cluster.Nodes[0], "name", "otter");
        var leader = cluster.Leader!;
        Assert.Null(Named(leader));
        foreach (var other in cluster.Nodes.Where(node => node != leader))
            Assert.Equal(HintTo(leader), Named(other));
    }

    [Fact]
    public void One_who_is_cut_off_goes_on_naming_the_leader_that_others_still_reach()
    {
        for (var seed = 1ul; seed <= 5; seed++)
        {
            var cluster = Started(seed, nodes: 3);
            var leader = cluster.Leader!;
            var away = cluster.Nodes.First(node => node != leader);
            cluster.Scheduler.RunUntil(() => Named(away) is not null, Long);
            cluster.Network.CutBoth(leader.Host, away.Host);
            Assert.True(cluster.Scheduler.RunUntil(() => away.Loop!.Replica!.Raft.Leader is null, Long), "It went on hearing the leader.");
            Assert.Equal(LutraError.Unavailable, cluster.Put(away, "name", "otter")!.Error);
            Assert.Same(leader, cluster.Leader);
            Assert.Equal(HintTo(leader), Named(away));
        }
    }

    [Fact]
    public void A_leader_that_was_replaced_is_named_no_more()
    {
        var cluster = Started(seed: 22, nodes: 3);
        var old = cluster.Leader!;
        cluster.Network.Isolate(old.Host);
        Assert.True(cluster.Scheduler.RunUntil(() => cluster.Nodes.Any(node => node != old && node == cluster.Leader), Long));
        var now = cluster.Leader!;
        var third = cluster.Nodes.Single(node => node != old && node != now);
        Assert.True(cluster.Scheduler.RunUntil(() => HintTo(now) == Named(third), Long), "The new leader is not named.");
        Assert.Null(Named(now));
        Assert.Null(Named(old));
        cluster.Network.HealAll();
        Assert.True(cluster.Scheduler.RunUntil(() => cluster.Leader is { } leader && leader != old && HintTo(leader) == Named(old), Long));
    }

    private static LeaderHint? Named(SimulatedNode node) => node.Loop!.Replica!.LeaderElsewhere;

    private static LeaderHint HintTo(SimulatedNode node)
    {
        var member = node.Loop!.Replica!.Raft.Configuration.Members.Single(member => member.Label == node.Label);
        Assert.NotEmpty(member.ClientAddress);
        return new LeaderHint(node.Label, member.ClientAddress);
    }
}
