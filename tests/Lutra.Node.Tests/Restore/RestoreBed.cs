using Lutra.Keyspace.Snapshots;
using Lutra.Node.Identity;
using Lutra.Node.Restore;
using Lutra.Raft;
using Lutra.Simulation.Cluster;
using Lutra.Simulation.Disk;
using Lutra.Simulation.Scheduling;
using Lutra.Storage.Files;

namespace Lutra.Node.Tests.Restore;

/// <summary>Snapshots taken from, and restored into, the nodes of simulated clusters.</summary>
internal static class RestoreBed
{
    public const long Jump = 1000;

    public static byte[] Snapshot(SimulatedNode node)
    {
        var replica = node.Loop!.Replica!;
        using var view = replica.Keyspace.Pin();
        using var source = new SnapshotSource(view, replica.Cluster, nowMillis: 0);
        using var writer = new SnapshotWriter(source);
        List<byte> bytes = [];
        while (writer.Next())
            bytes.AddRange(writer.Chunk.Span);
        return [.. bytes];
    }

    public static RestoredNode Make(SimulatedCluster cluster, SimulatedNode node, byte[] snapshot, long jump = Jump) =>
        Make(cluster.Scheduler, node.Disk, node.Label, snapshot, jump);

    public static RestoredNode Make(SimulatedScheduler scheduler, SimulatedDisk disk, string label, byte[] snapshot, long jump = Jump)
    {
        var process = scheduler.StartProcess("restore");
        var source = new SimulatedDisk(scheduler, "source");
        source.Plant("a.snapshot", snapshot);
        IFile Open() => source.Mount(process).Open("a.snapshot", writable: false);
        return SnapshotRestore.Run(Open, disk.Mount(process), Label.Parse(label), "1", jump, scheduler.RandomFor($"restore of {disk.Name}"), _ => { });
    }

    /// <summary>A new cluster of as many nodes, each restored from the snapshot; not started.</summary>
    public static SimulatedCluster Restored(ulong seed, int nodes, byte[] snapshot)
    {
        var cluster = new SimulatedCluster(seed, nodes);
        foreach (var node in cluster.Nodes)
            Make(cluster, node, snapshot);
        return cluster;
    }

    public static ClusterId Id(SimulatedNode node) => node.Loop!.Membership.Begun!.Cluster;

    public static UInt128 HashOf(SimulatedNode node)
    {
        using var view = node.Loop!.Replica!.Keyspace.Pin();
        return view.HashOfState();
    }

    public static void AssertUp(SimulatedCluster cluster) =>
        Assert.All(cluster.Nodes, node => Assert.True(node.IsUp, $"{node.Label}: {node.Failure}"));
}
