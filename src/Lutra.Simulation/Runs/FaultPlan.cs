using Lutra.Simulation.Cluster;
using Lutra.Simulation.Network;

namespace Lutra.Simulation.Runs;

/// <summary>What may go wrong in a run, drawn from its seed: each kind is on or off, so that they do not hide each other.</summary>
internal sealed class FaultPlan
{
    private readonly SimulatedCluster cluster;
    private readonly Random random;
    private readonly bool kills;
    private readonly bool powerCuts;
    private readonly bool partitions;
    private readonly bool clogs;

    public FaultPlan(SimulatedCluster cluster)
    {
        this.cluster = cluster;
        random = cluster.Scheduler.RandomFor("faults");
        kills = random.Next(10) < 6;
        powerCuts = random.Next(10) < 6;
        partitions = random.Next(10) < 6;
        clogs = random.Next(10) < 6;
        if (random.Next(10) < 6)
            cluster.Network.Faults = NetworkFaults.Rough;
    }

    /// <summary>False once the run heals.</summary>
    public bool IsOn { get; set; } = true;

    public void Begin() => cluster.Scheduler.After(Pause(), Next);

    /// <summary>Everything works again, and every node is up.</summary>
    public void Heal()
    {
        IsOn = false;
        cluster.Network.HealAll();
        cluster.Network.Faults = NetworkFaults.None;
        foreach (var node in cluster.Nodes.Where(node => !node.IsUp))
            node.Start();
    }

    private TimeSpan Pause() => TimeSpan.FromMilliseconds(random.Next(200, 3000));

    private void Next()
    {
        if (!IsOn)
            return;
        var node = cluster.Nodes[random.Next(cluster.Nodes.Count)];
        switch (random.Next(5))
        {
            case 0 when kills && node.IsUp:
                node.Kill();
                StartLater(node);
                break;
            case 1 when powerCuts && node.IsUp:
                node.PowerCut();
                StartLater(node);
                break;
            case 2 when powerCuts && random.Next(4) == 0:
                foreach (var each in cluster.Nodes.Where(each => each.IsUp))
                {
                    each.PowerCut();
                    StartLater(each);
                }

                break;
            case 3 when partitions:
                cluster.Network.Isolate(node.Host);
                cluster.Scheduler.After(TimeSpan.FromMilliseconds(random.Next(100, 6000)), cluster.Network.HealAll);
                break;
            case 4 when clogs:
                cluster.Network.Swizzle(TimeSpan.FromMilliseconds(random.Next(100, 3000)));
                break;
        }

        cluster.Scheduler.After(Pause(), Next);
    }

    private void StartLater(SimulatedNode node) => cluster.Scheduler.After(TimeSpan.FromMilliseconds(random.Next(10, 5000)), () =>
    {
        if (!node.IsUp && node.Failure is null)
            node.Start();
    });
}
