using Lutra.Simulation.Cluster;
using Lutra.Simulation.Network;
using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Runs.Faults;

/// <summary>What a fault works on.</summary>
internal sealed class FaultSetting(SimulatedCluster cluster, World world, Operator keeper, List<TimelineEntry> timeline)
{
    public SimulatedCluster Cluster => cluster;

    public World World => world;

    /// <summary>Starts nodes again, and knows which stops and losses are to be expected.</summary>
    public Operator Operator => keeper;

    public SimulatedScheduler Scheduler => cluster.Scheduler;

    public NetworkFabric Network => cluster.Network;

    /// <summary>Faults have ended for good.</summary>
    public bool IsOver { get; set; }

    public SimulatedNode AnyNode(Random random) => cluster.Nodes[random.Next(cluster.Nodes.Count)];

    /// <summary>A node that is up and not paused, more often than not the leader where there is one; null: none.</summary>
    public SimulatedNode? AnyRunning(Random random)
    {
        if (random.Next(3) == 0 && cluster.Leader is { IsPaused: false } leader)
            return leader;
        var node = AnyNode(random);
        return node.IsUp && !node.IsPaused ? node : null;
    }

    /// <summary>The node's process stands still for so long, or until faults are over.</summary>
    public void StandStill(SimulatedNode node, TimeSpan length)
    {
        var process = node.Process;
        Note(node, $"paused for {length.TotalSeconds:F2} s");
        node.Pause();
        Scheduler.After(length, () =>
        {
            if (node.Process == process && !IsOver)
                node.Resume();
        });
    }

    /// <summary>Whoever stands still goes on.</summary>
    public void ResumeAll()
    {
        foreach (var node in cluster.Nodes)
        {
            if (node.IsPaused)
                node.Resume();
        }
    }

    public void Note(SimulatedNode? node, string what) => timeline.Add(new TimelineEntry(Scheduler.Now, node?.Label ?? "", what));
}
