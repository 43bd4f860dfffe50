using System.Globalization;
using Lutra.Simulation.Network;

namespace Lutra.Node.Tests.Peers;

/// <summary>Everything at once, by seed.</summary>
public sealed class RoughNetworkTests
{
    [Fact]
    public void One_seed_gives_the_same_bytes_twice_and_another_seed_others()
    {
        Assert.Equal(RoughRun(7).Story, RoughRun(7).Story);
        Assert.NotEqual(RoughRun(7).Story, RoughRun(8).Story);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    public void After_resets_stalls_cuts_and_kills_all_are_connected_again_and_nobody_living_was_told_to_be_dead(ulong seed)
    {
        var (world, nodes, _) = RoughRun(seed);
        world.Fabric.HealAll();
        world.Fabric.Faults = NetworkFaults.None;
        world.RunUntil(() => nodes.All(node => node.Connected.Count == 2), seconds: 15);
        // And it is calm from then on: no two ends close each other's.
        world.RunFor(3);
        var lost = nodes.Sum(node => node.Count("lost"));
        var dialled = nodes.Sum(node => node.Exchange.Counters.Dialled);
        world.RunFor(30);
        Assert.All(nodes, node => Assert.Equal(2, node.Connected.Count));
        Assert.Equal(lost, nodes.Sum(node => node.Count("lost")));
        Assert.Equal(dialled, nodes.Sum(node => node.Exchange.Counters.Dialled));
        Assert.Equal(0, nodes.Sum(node => node.Count("died 1") + node.Count("died 2")));
        Assert.Equal(0, nodes.Sum(node => node.Exchange.Counters.MalformedFrames));
    }

    private static (PeerWorld World, PeerNode[] Nodes, string Story) RoughRun(ulong seed)
    {
        var world = new PeerWorld(seed);
        var faults = world.Scheduler.RandomFor("when");
        world.Fabric.Faults = NetworkFaults.Rough;
        var nodes = new[] { Start(world, 1, boots: 1), Start(world, 2, boots: 1), Start(world, 3, boots: 1) };
        ulong sent = 0;
        for (var second = 0; second < 40; second++)
        {
            if (second % 10 == 3)
                world.Fabric.Swizzle(TimeSpan.FromSeconds(5));
            if (second % 10 == 6)
                world.Fabric.Cut($"n{faults.Next(1, 4)}", $"n{faults.Next(1, 4)}");
            if (second % 10 == 9)
                world.Fabric.HealAll();
            if (second == 20)
                nodes[2].Kill();
            if (second == 25)
                nodes[2] = Start(world, 3, boots: 2);
            for (var step = 0; step < 20; step++)
            {
                foreach (var from in nodes.Where(node => node.Process.IsAlive))
                {
                    foreach (var to in from.Connected)
                        from.Send(to.Value, PeerWorld.Heartbeat(from.Id.Value, to.Value, sent++));
                }

                world.RunFor(0.05);
            }
        }

        var story = string.Join('\n', nodes.SelectMany(node => node.Events.Append(node.Frames.Count.ToString(CultureInfo.InvariantCulture))))
            + $"\n{world.Fabric.DeliveredBytes} bytes, {world.Scheduler.EventsRun} events";
        Assert.True(nodes.Sum(node => node.Frames.Count) > 1000);
        return (world, nodes, story);
    }

    private static PeerNode Start(PeerWorld world, ulong node, ulong boots)
    {
        var started = world.Start(node, PeerWorld.Hello(node, PeerWorld.ClusterA) with { Boots = boots });
        started.SetTargets([.. new ulong[] { 1, 2, 3 }.Where(other => other != node).Select(PeerWorld.To)]);
        return started;
    }
}
