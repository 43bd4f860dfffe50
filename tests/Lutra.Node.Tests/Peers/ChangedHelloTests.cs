using Lutra.Node.Peers;

namespace Lutra.Node.Tests.Peers;

/// <summary>What a node says of itself changes while connections are made and while they are full: each peer hears the newest all the same.</summary>
public sealed class ChangedHelloTests
{
    // Opening a connection and a hello each way take 30 ms; two connections, made at the same time, settle within a second.
    private const int GreetedMilliseconds = 60;

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void A_node_that_begins_at_any_moment_of_the_greeting_is_known_to_have_begun(bool freshDials, bool memberDials)
    {
        for (var begins = 0; begins <= GreetedMilliseconds; begins++)
        {
            var world = new PeerWorld();
            var delay = TimeSpan.FromMilliseconds(10);
            world.Fabric.Faults = world.Fabric.Faults with { DelayMin = delay, DelayMax = delay };
            var member = world.Start(1);
            var fresh = world.Start(2, PeerWorld.Hello(2, cluster: null));
            if (freshDials)
                fresh.SetTargets(PeerWorld.To(1));
            if (memberDials)
                member.SetTargets(PeerWorld.To(2));
            world.RunFor(begins / 1000d);
            fresh.SetHello(PeerWorld.Hello(2, PeerWorld.ClusterA));
            world.RunFor(10);

            Assert.Equal(PeerWorld.ClusterA, member.Exchange.HelloOf(fresh.Id)?.Cluster);
            Assert.True(member.Send(2, PeerWorld.Heartbeat(1, 2, round: 1)));
            Assert.True(fresh.Send(1, PeerWorld.Heartbeat(2, 1, round: 2)));
            world.RunFor(1);
            Assert.Single(fresh.Frames);
            Assert.Single(member.Frames);
            Assert.Equal(0, member.Count("lost") + fresh.Count("lost"));
        }
    }

    [Fact]
    public void A_hello_that_found_too_much_waiting_is_said_once_there_is_room()
    {
        var world = new PeerWorld();
        var options = new PeerOptions { QueueBytesMax = 10_000, UnreadBytesMax = 10_000, SilenceMaxMs = 3_600_000 };
        var one = world.Start(1, options: options);
        var two = world.Start(2, options: options);
        one.SetTargets(PeerWorld.To(2));
        world.RunUntil(() => one.Connected.Count == 1 && two.Connected.Count == 1);
        two.IsStuck = true;
        for (ulong round = 0; one.Send(2, PeerWorld.Heartbeat(1, 2, round)); round++)
            world.RunFor(0.001);
        var dropped = one.Exchange.Status.Single().DroppedFrames;
        one.SetHello(PeerWorld.Hello(1, PeerWorld.ClusterA) with { ClientAddress = "elsewhere:2" });
        Assert.Equal(dropped + 1, one.Exchange.Status.Single().DroppedFrames);

        two.IsStuck = false;
        two.Process.Ready(two);
        world.RunUntil(() => two.Exchange.HelloOf(one.Id)?.ClientAddress == "elsewhere:2");
    }
}
