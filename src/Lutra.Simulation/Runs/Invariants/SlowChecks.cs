using Lutra.Raft;
using Lutra.Simulation.Cluster;

namespace Lutra.Simulation.Runs.Invariants;

/// <summary>Invariants that walk a node's memory: looked at now and then.</summary>
internal static class SlowChecks
{
    public static void Look(ClusterWatch cluster, SimulatedNode node, Lutra.Node.Loop.Replica replica)
    {
        CheckConfiguration(cluster, node, replica.Raft);
        CheckBounds(cluster, node, replica);
    }

    /// <summary>I9: the configuration in force is the last one in the log, else the one of the state; at most one is not committed.</summary>
    private static void CheckConfiguration(ClusterWatch cluster, SimulatedNode node, RaftNode raft)
    {
        Configuration? inForce = null;
        var uncommitted = 0;
        for (var index = raft.Last.Index; index >= raft.Log.FirstInMemory && index > LogIndex.Zero; index = index.Previous)
        {
            if (raft.Log[index].Kind != EntryKind.Configuration)
                continue;
            inForce ??= Configuration.Decode(raft.Log[index].Payload.Span);
            uncommitted += index > cluster.Ghost.Last ? 1 : 0;
        }

        inForce ??= cluster.Ghost.ConfigurationAt(raft.Log.FirstInMemory.Previous);
        if (inForce is not null && !inForce.Encode().AsSpan().SequenceEqual(raft.Configuration.Encode()))
            cluster.Fail("I9 the configuration in force is the log's last", $"node {node.Label} follows another configuration than its log says");
        if (uncommitted > 1)
            cluster.Fail("I9 one configuration is uncommitted at most", $"the log of node {node.Label} holds {uncommitted} that are not committed");
    }

    /// <summary>I14: what waits is bounded.</summary>
    private static void CheckBounds(ClusterWatch cluster, SimulatedNode node, Lutra.Node.Loop.Replica replica)
    {
        var options = node.Options;
        var raft = replica.Raft;
        var tuning = options.Tuning.RaftOf(options);
        if (raft.Role != RoleName.Leader)
            return;
        long uncommitted = 0;
        for (var index = raft.Commit.Next; index <= raft.Last.Index; index = index.Next)
            uncommitted += raft.Log[index].SizeBytes;
        // A leader takes over what it finds, and adds entries of its own that are never refused.
        if (uncommitted > 2L * tuning.UncommittedBytesMax)
            cluster.Fail("I14 what waits is bounded", $"node {node.Label} holds {uncommitted} bytes that are not committed; the limit is {tuning.UncommittedBytesMax}");
    }
}
