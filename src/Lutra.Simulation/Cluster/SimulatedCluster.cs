using Lutra.Raft;
using Lutra.Simulation.Network;
using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Cluster;

/// <summary>Whole nodes in one thread on virtual time. The same seed and the same calls give the same run, byte for byte.</summary>
public sealed class SimulatedCluster
{
    /// <param name="standby">Machines beside those that create the cluster. They are not started, and would ask it to take them in.</param>
    public SimulatedCluster(ulong seed, int nodes, Func<LutraNodeOptions, LutraNodeOptions>? adjust = null, int standby = 0)
    {
        Scheduler = new SimulatedScheduler(seed);
        Network = new NetworkFabric(Scheduler);
        var addresses = Enumerable.Range(1, nodes).Select(AddressOf).ToArray();
        Founders = [.. Enumerable.Range(1, nodes).Select(number => Add(number, nodes == 1 ? [] : addresses, join: false, adjust))];
        Nodes = [.. Founders, .. Enumerable.Range(nodes + 1, standby).Select(number => Add(number, addresses, join: true, adjust))];
    }

    public SimulatedScheduler Scheduler { get; }

    public NetworkFabric Network { get; }

    /// <summary>Every machine.</summary>
    public IReadOnlyList<SimulatedNode> Nodes { get; }

    /// <summary>Those that create the cluster.</summary>
    public IReadOnlyList<SimulatedNode> Founders { get; }

    /// <summary>The node that leads in the highest term; null where none does.</summary>
    public SimulatedNode? Leader =>
        Nodes.Where(node => node.Loop?.Replica?.Raft.Role == RoleName.Leader).MaxBy(node => node.Loop!.Replica!.Raft.Term.Value);

    public void StartAll()
    {
        foreach (var node in Founders)
            node.Start();
    }

    /// <summary>Runs until one node leads and has committed in its term.</summary>
    public bool ElectLeader(TimeSpan atMost) =>
        Scheduler.RunUntil(() => Leader?.Loop?.Replica?.Raft.CommittedInTerm == true, atMost);

    /// <summary>Runs until every node that is up has applied what the leader has committed.</summary>
    public bool Converge(TimeSpan atMost) => Scheduler.RunUntil(
        () => Leader?.Loop?.Replica?.Raft is { CommittedInTerm: true } raft && raft.Commit == raft.Last.Index
            && Nodes.Where(node => node.IsUp).All(node => node.Loop?.Replica?.Keyspace.Applied.Index == raft.Commit),
        atMost);

    private static string AddressOf(int number) => $"n{number}:2379";

    private SimulatedNode Add(int number, string[] peers, bool join, Func<LutraNodeOptions, LutraNodeOptions>? adjust)
    {
        var options = new LutraNodeOptions
        {
            Label = $"{number}",
            LabelGiven = true,
            Address = AddressOf(number),
            Peers = peers,
            Join = join,
            SegmentSizeBytes = 256 * 1024,
            MemtableBytes = 128 * 1024,
        };
        return new SimulatedNode(Scheduler, Network, adjust?.Invoke(options) ?? options);
    }
}
