using Lutra.Node.Peers;
using Lutra.Raft;

namespace Lutra.Node.Tests.Peers;

/// <summary>Who is connected with whom, and what happens when a connection ends.</summary>
public sealed class ConnectionTests
{
    private readonly PeerWorld world = new();

    [Fact]
    public void Two_nodes_of_one_cluster_greet_and_talk()
    {
        var one = world.Start(1);
        var two = world.Start(2);
        one.SetTargets(PeerWorld.To(2));
        world.RunUntil(() => one.Connected.Count == 1 && two.Connected.Count == 1);

        Assert.Equal(["heard 2 Begun at n2:1"], one.Events);
        Assert.Equal(["heard 1 Begun at nowhere"], two.Events);
        Assert.True(one.Send(2, PeerWorld.Heartbeat(1, 2, round: 7)));
        Assert.True(two.Send(1, PeerWorld.Heartbeat(2, 1, round: 8)));
        world.RunFor(0.1);
        Assert.Equal([(one.Id, PeerWorld.Heartbeat(1, 2, round: 7))], two.Frames);
        Assert.Equal([(two.Id, PeerWorld.Heartbeat(2, 1, round: 8))], one.Frames);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void When_both_dial_one_connection_stays_and_nobody_is_lost(ulong seed)
    {
        var world = new PeerWorld(seed);
        var one = world.Start(1);
        var two = world.Start(2);
        one.SetTargets(PeerWorld.To(2));
        two.SetTargets(PeerWorld.To(1));
        world.RunFor(3);

        Assert.Equal(2, one.Exchange.Counters.Dialled + two.Exchange.Counters.Dialled);
        Assert.True(one.Exchange.Status.Single().Dialled, "The smaller node's own stays.");
        Assert.False(two.Exchange.Status.Single().Dialled);
        Assert.Equal(0, one.Count("lost") + two.Count("lost"));
        for (ulong round = 0; round < 100; round++)
        {
            Assert.True(one.Send(2, PeerWorld.Heartbeat(1, 2, round)));
            Assert.True(two.Send(1, PeerWorld.Heartbeat(2, 1, round)));
        }

        world.RunFor(1);
        Assert.Equal(100, one.Frames.Count);
        Assert.Equal(100, two.Frames.Count);
    }

    [Fact]
    public void Three_nodes_that_know_only_addresses_find_each_other_and_themselves()
    {
        PeerNode[] nodes = [world.Start(1), world.Start(2), world.Start(3)];
        foreach (var node in nodes)
            node.SetTargets(PeerWorld.ToAddress(1), PeerWorld.ToAddress(2), PeerWorld.ToAddress(3));
        world.RunFor(5);

        foreach (var node in nodes)
        {
            Assert.Equal(nodes.Select(other => other.Id).Where(other => other != node.Id), node.Connected);
            Assert.Equal(1, node.Count($"self at n{node.Id}:1"));
            Assert.Equal(0, node.Count("lost") + node.Count("rejected"));
            Assert.Equal(3, node.Exchange.Counters.Dialled);
            foreach (var other in nodes.Where(other => other != node))
                Assert.Equal(1, node.Count($"heard {other.Id} Begun at n{other.Id}:1"));
        }
    }

    [Fact]
    public void An_address_that_led_here_is_tried_again_where_another_node_is_expected()
    {
        // A name that leads to the wrong machine for a while, as after addresses were handed out anew.
        var one = world.Start(1);
        one.SetTargets(new PeerTarget(PeerWorld.Address(1), new NodeId(2)));
        world.RunFor(60);
        Assert.InRange(one.Exchange.Counters.Dialled, 32, 68);
        Assert.Equal(0, one.Count("self"));
        Assert.Equal(one.Exchange.Counters.Dialled, one.Count("unreachable n1:1: this node itself answers there"));
    }

    [Fact]
    public void F05_an_absent_peer_is_dialled_with_growing_waits_and_found_when_it_comes()
    {
        var one = world.Start(1);
        one.SetTargets(PeerWorld.To(2));
        world.RunFor(60);

        // 50 ms, 100 ms, ... 2 s, each drawn from the upper half: between 30 and 60 attempts a minute at the end.
        Assert.InRange(one.Exchange.Counters.Dialled, 32, 68);
        Assert.Equal(one.Exchange.Counters.Dialled, one.Count("unreachable n2:1: nobody listens at n2:1"));
        Assert.Equal(0, one.Count("died"));

        world.Start(2);
        world.RunUntil(() => one.Connected.Count == 1, seconds: 2.1);
    }

    [Fact]
    public void A_new_address_is_dialled_at_once()
    {
        var one = world.Start(1);
        one.SetTargets(new PeerTarget("gone:1", new NodeId(2)));
        world.RunFor(60);
        world.Start(2);
        one.SetTargets(PeerWorld.To(2));
        world.RunUntil(() => one.Connected.Count == 1, seconds: 0.02);
    }

    [Fact]
    public void A_killed_peer_is_told_to_be_dead_at_once()
    {
        var one = world.Start(1);
        var two = world.Start(2);
        one.SetTargets(PeerWorld.To(2));
        two.SetTargets(PeerWorld.To(1));
        world.RunFor(5);
        two.Kill();
        world.RunUntil(() => one.Count("died 2") == 1, seconds: 0.02);
        world.RunFor(10);
        Assert.Equal(1, one.Count("lost 2"));
        Assert.Equal(1, one.Count("died 2"));
    }

    [Fact]
    public void A_killed_peer_that_had_dialled_is_told_to_be_dead_too()
    {
        var one = world.Start(1);
        var two = world.Start(2);
        two.SetTargets(PeerWorld.To(1));
        world.RunFor(5);
        one.SetTargets(PeerWorld.To(2));
        world.RunFor(5);
        Assert.Equal(0, one.Exchange.Counters.Dialled);
        two.Kill();
        world.RunUntil(() => one.Count("died 2") == 1, seconds: 0.02);
    }

    [Fact]
    public void A_broken_connection_to_a_living_peer_is_nothing_but_lost_and_made_again()
    {
        var one = world.Start(1);
        var two = world.Start(2);
        one.SetTargets(PeerWorld.To(2));
        world.RunFor(5);
        world.Fabric.Faults = world.Fabric.Faults with { Reset = 1 };
        one.Send(2, PeerWorld.Heartbeat(1, 2, round: 1));
        world.RunUntil(() => one.Count("lost") == 1);
        world.Fabric.Faults = world.Fabric.Faults with { Reset = 0 };
        world.RunUntil(() => one.Connected.Count == 1, seconds: 0.2);
        world.RunFor(10);
        Assert.Equal(0, one.Count("died") + two.Count("died"));
        Assert.Empty(two.Frames);
    }

    [Fact]
    public void A_machine_without_power_is_lost_by_silence_and_not_told_to_be_dead()
    {
        var one = world.Start(1);
        var two = world.Start(2);
        one.SetTargets(PeerWorld.To(2));
        world.RunFor(5);
        two.CutPower();
        world.RunUntil(() => one.Count("lost 2") == 1, seconds: 6);
        world.RunFor(20);
        Assert.Equal(0, one.Count("died"));

        world.Start(2, PeerWorld.Hello(2, PeerWorld.ClusterA) with { Boots = 2 });
        world.RunUntil(() => one.Connected.Count == 1, seconds: 8);
    }

    [Theory]
    [InlineData("n1", "n2")]
    [InlineData("n2", "n1")]
    public void A_way_that_is_cut_in_one_direction_ends_the_connection_and_healing_brings_it_back(string from, string to)
    {
        var one = world.Start(1);
        var two = world.Start(2);
        one.SetTargets(PeerWorld.To(2));
        two.SetTargets(PeerWorld.To(1));
        world.RunFor(5);
        world.Fabric.Cut(from, to);
        world.RunUntil(() => one.Connected.Count == 0 || two.Connected.Count == 0, seconds: 6);
        world.RunFor(20);
        world.Fabric.HealAll();
        world.RunUntil(() => one.Connected.Count == 1 && two.Connected.Count == 1, seconds: 10);
        world.RunFor(20);
        Assert.Equal([two.Id], one.Connected);
        Assert.Equal([one.Id], two.Connected);
        Assert.Equal(0, one.Count("died") + two.Count("died"));
    }

    [Fact]
    public void A_peer_that_started_again_takes_the_place_of_its_earlier_life()
    {
        var one = world.Start(1);
        var two = world.Start(2);
        two.SetTargets(PeerWorld.To(1));
        world.RunFor(5);
        two.CutPower();
        world.RunFor(1);
        var again = world.Start(2, PeerWorld.Hello(2, PeerWorld.ClusterA) with { Boots = 2 });
        again.SetTargets(PeerWorld.To(1));
        world.RunUntil(() => one.Exchange.HelloOf(two.Id)?.Boots == 2, seconds: 1);
        Assert.True(one.Send(2, PeerWorld.Heartbeat(1, 2, round: 3)));
        world.RunFor(0.1);
        Assert.Single(again.Frames);
        world.RunFor(10);
        Assert.Equal([two.Id], one.Connected);
    }

    [Fact]
    public void A_connection_that_no_target_asks_for_any_more_is_closed_by_the_end_that_dialled()
    {
        var one = world.Start(1);
        var two = world.Start(2);
        one.SetTargets(PeerWorld.To(2));
        world.RunFor(5);
        two.SetTargets();
        world.RunFor(5);
        Assert.Single(two.Connected);
        one.SetTargets();
        world.RunFor(1);
        Assert.Empty(one.Connected);
        Assert.Empty(two.Connected);
    }

    [Fact]
    public void Closing_ends_every_connection_and_dials_no_more()
    {
        var one = world.Start(1);
        var two = world.Start(2);
        one.SetTargets(PeerWorld.To(2), PeerWorld.To(3));
        world.RunFor(5);
        one.Exchange.Close();
        var dialled = one.Exchange.Counters.Dialled;
        world.RunFor(30);
        Assert.Empty(two.Connected);
        Assert.Equal(dialled, one.Exchange.Counters.Dialled);
    }

    [Fact]
    public void The_round_trip_and_the_bytes_are_counted()
    {
        world.Fabric.Faults = world.Fabric.Faults with { DelayMin = TimeSpan.FromMilliseconds(10), DelayMax = TimeSpan.FromMilliseconds(10) };
        var one = world.Start(1);
        world.Start(2);
        one.SetTargets(PeerWorld.To(2));
        world.RunFor(5);
        var status = one.Exchange.Status.Single();
        Assert.InRange(status.RoundTripMs!.Value, 20, 22);
        Assert.InRange(status.BytesSent, 100, 1000);
        Assert.InRange(status.BytesReceived, 100, 1000);
    }
}
