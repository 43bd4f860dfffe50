using Lutra.Node.Formation;

namespace Lutra.Node.Tests.Formation;

/// <summary>Creating a cluster under every fault that a step of it can meet.</summary>
public sealed class CreationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void Listed_nodes_end_in_one_cluster(int size)
    {
        var world = World(seed: 1, size);
        world.RunFairly();
        AssertOneCluster(world);
        Assert.Single(world.Checker.ClustersEver);
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    [InlineData(5, false)]
    [InlineData(5, true)]
    public void A_node_lost_at_any_step_makes_no_second_cluster(int size, bool wipe)
    {
        for (var seed = 0; seed < (size == 5 ? 1 : 4); seed++)
        {
            var steps = StepsToSettle(seed, size);
            for (var at = 0; at <= steps; at++)
            {
                // Of five, the one that drafts and one of the others, in turn.
                foreach (var victim in size == 5 ? [0, 1 + (at % 4)] : Enumerable.Range(0, size).ToArray())
                {
                    var world = World(seed, size);
                    world.BootAll();
                    Run(world, at);
                    world.Kill(world.Nodes[victim], wipe);
                    Run(world, at % 3 * 40);
                    world.RunFairly();
                    if (wipe)
                        AssertOneClusterButFor(world, victim);
                    else
                        AssertOneCluster(world);
                    if (!wipe)
                        Assert.Single(world.Checker.ClustersEver);
                }
            }
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void Nodes_that_come_and_go_make_one_cluster(int size)
    {
        for (var seed = 0; seed < 1000; seed++)
        {
            var world = World(seed, size);
            var random = new Random(seed);
            world.Loss = random.NextDouble() * 0.3;
            world.Duplication = random.NextDouble() * 0.3;
            for (var step = 0; step < 400; step++)
            {
                if (random.Next(25) == 0 && world.Nodes[random.Next(size)] is var node)
                {
                    if (node.Process is null)
                        world.Boot(node);
                    else
                        world.Kill(node, wipe: false);
                }
                world.Step();
            }
            world.RunFairly();
            AssertOneCluster(world);
            Assert.Single(world.Checker.ClustersEver);
        }
    }

    [Theory]
    [InlineData(3, 1)]
    [InlineData(5, 2)]
    public void Wiped_minorities_make_no_second_cluster(int size, int wipes)
    {
        for (var seed = 0; seed < 1000; seed++)
        {
            var world = World(seed, size);
            var random = new Random(seed);
            world.Loss = random.NextDouble() * 0.3;
            world.Duplication = random.NextDouble() * 0.3;
            world.LateWordsOfTheGone = random.NextDouble();
            var left = wipes;
            for (var step = 0; step < 500; step++)
            {
                if (random.Next(30) == 0 && world.Nodes[random.Next(size)] is var node)
                {
                    if (node.Process is null)
                        world.Boot(node);
                    else
                        world.Kill(node, wipe: random.Next(3) == 0 && left-- > 0);
                }
                world.Step();
            }
            world.RunFairly();
            Assert.True(world.Nodes.Count(node => node.Process!.Outcome is ClusterFound) >= size - wipes, Describe(world, seed));
            Assert.True(world.IsSettled, Describe(world, seed));
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void The_begin_of_a_drafter_that_was_wiped_arrives_at_any_later_step(int size)
    {
        var followed = 0;
        var voided = 0;
        for (var seed = 0; seed < 12; seed++)
        {
            for (var late = 0; late < 160; late += 8)
            {
                var world = World(seed, size);
                world.BootAll();
                while (world.Nodes[0].OnDisk.Formation is not Begun)
                    world.Step();
                var first = world.Checker.ClustersEver[0];
                world.LateWordsOfTheGone = 1;
                world.Kill(world.Nodes[0], wipe: true);
                world.BootAll();
                Run(world, late);
                world.LateWordsOfTheGone = 0;
                Run(world, 60);
                world.RunFairly();
                AssertOneClusterButFor(world, victim: 0);
                if (((ClusterFound)world.Nodes[1].Process!.Outcome!).Cluster == first)
                    followed++;
                else
                    voided++;
            }
        }
        Assert.True(followed > 10 && voided > 10, $"Both ends are met: {followed} followed the begin, {voided} were in time to void it.");
    }

    private static ModelWorld World(int seed, int size)
    {
        // Each way of writing the same list, and with and without --join.
        string[] spellings = ["localhost", "127.0.0.1", "[::1]"];
        return new ModelWorld(seed, [.. Enumerable.Range(1, size).Select(own => new Start(
            $"{own}",
            $"localhost:{3000 + own}",
            [.. Enumerable.Range(1, size).Where(id => id != own || (seed + own) % 2 == 0).Select(id => ((seed + own) % 4) switch
            {
                0 => $"{id}=localhost:{3000 + id}",
                1 => $"{id}",
                2 => $"{spellings[(own + id) % 3]}:{3000 + id}",
                _ => $":{3000 + id}",
            })],
            Join: (seed + own) % 3 == 0 && size > 1))]);
    }

    private static int StepsToSettle(int seed, int size)
    {
        var world = World(seed, size);
        world.BootAll();
        for (var step = 0; ; step++)
        {
            if (world.IsSettled)
                return step;
            Assert.True(step < 5000, "A cluster is created in the end.");
            world.Step();
        }
    }

    private static void Run(ModelWorld world, int steps)
    {
        for (var step = 0; step < steps; step++)
            world.Step();
    }

    private static void AssertOneCluster(ModelWorld world)
    {
        var found = world.Nodes.Select(node => node.Process!.Outcome as ClusterFound).ToList();
        Assert.True(found.TrueForAll(outcome => outcome is not null), Describe(world, 0));
        Assert.Single(found.Select(outcome => outcome!.Cluster).Distinct());
        Assert.All(found, outcome => Assert.Equal(world.Nodes.Count, outcome!.Initial.Voters.Count));
    }

    // A node wiped before the cluster began is part of it under its new identity; wiped later it is told why it is not.
    private static void AssertOneClusterButFor(ModelWorld world, int victim)
    {
        if (world.Nodes[victim].Process!.Outcome is Stopped stopped)
        {
            Assert.Contains("bound to another data folder", stopped.Message, StringComparison.Ordinal);
            var rest = world.Nodes.Where((_, place) => place != victim).Select(node => node.Process!.Outcome as ClusterFound).ToList();
            Assert.True(rest.TrueForAll(outcome => outcome is not null), Describe(world, 0));
            Assert.Single(rest.Select(outcome => outcome!.Cluster).Distinct());
        }
        else
            AssertOneCluster(world);
    }

    private static string Describe(ModelWorld world, int seed) =>
        $"seed {seed}: " + string.Join(" | ", world.Nodes.Select(node =>
            $"{node.Start.Label} ({node.Id}) {node.OnDisk.Formation} {node.Process?.Outcome} {string.Join(" ", node.Process?.Waiting ?? [])}"));
}
