using Lutra.Node.Members;
using Lutra.Simulation.Cluster;
using static Lutra.Node.Tests.Cluster.Requests;

namespace Lutra.Node.Tests.Members;

/// <summary>A node comes to a place that is kept for it, while another node leads than the one that binds it.</summary>
public sealed class BindingTests
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public void A_node_that_came_to_its_place_before_the_leader_led_is_taken_in_by_it(ulong seed, bool wasAlone)
    {
        // It does not ask to be taken in; and the leader that the place was made by cannot reach it.
        var cluster = MemberWorld.Cluster(seed, voters: 3, standby: 1, options => options.Join ? options with { Peers = wasAlone ? [] : options.Peers, Join = false } : options);
        var fourth = cluster.Nodes[3];
        var (first, second) = (cluster.Leader!, cluster.Nodes.First(node => node != cluster.Leader));
        cluster.Network.CutBoth(first.Host, fourth.Host);
        cluster.MustChange(first, new AddMember("n4:2379", "4"));
        fourth.Start();
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(5));
        Assert.Equal("(4)+ 1 2 3", cluster.Members());

        cluster.MustChange(first, new MoveLeader(second.Label));
        cluster.Becomes("1 2 3 4");
        cluster.MustPut(second, "name", "otter");
        Assert.Equal("otter", cluster.Get(fourth, "name"));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void A_node_is_taken_in_by_a_leader_whose_earlier_attempt_at_that_was_never_agreed_upon(ulong seed)
    {
        var cluster = MemberWorld.Cluster(seed, voters: 3, standby: 1, options => options.Join ? options with { Join = false } : options);
        var fourth = cluster.Nodes[3];
        var first = cluster.Leader!;
        var others = cluster.Nodes.Take(3).Where(node => node != first).ToArray();
        cluster.MustChange(first, new AddMember("n4:2379", "4"));
        foreach (var other in others)
        {
            cluster.Network.CutBoth(other.Host, first.Host);
            cluster.Network.CutBoth(other.Host, fourth.Host);
        }

        fourth.Start();
        Assert.True(cluster.Scheduler.RunUntil(() => HasTakenIn(first), Long), cluster.Story());
        Assert.True(cluster.Scheduler.RunUntil(() => cluster.Leader is { } next && others.Contains(next), Long), cluster.Story());
        foreach (var other in others)
        {
            cluster.Network.Heal(other.Host, first.Host);
            cluster.Network.Heal(first.Host, other.Host);
        }

        Assert.True(cluster.Scheduler.RunUntil(() => !HasTakenIn(first), Long), cluster.Story());
        cluster.MustChange(cluster.Leader!, new MoveLeader(first.Label));
        cluster.Network.HealAll();
        cluster.Becomes("1 2 3 4");
    }

    private static bool HasTakenIn(SimulatedNode leader) => leader.Loop!.Replica!.Raft.Configuration.Members.Any(member => member is { Label: "4", Node: not null });
}
