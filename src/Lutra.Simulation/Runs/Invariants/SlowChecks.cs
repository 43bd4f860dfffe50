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
        CheckInflight(cluster, node, replica.Raft);
        CheckWindow(cluster, node, replica.Raft);
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

    /// <summary>I14: what is on its way to a follower, dead or slow, is bounded in appends and in bytes (pitfall F03).</summary>
    private static void CheckInflight(ClusterWatch cluster, SimulatedNode node, RaftNode raft)
    {
        if (raft.Role != RoleName.Leader)
            return;
        var limits = node.Options.Tuning.RaftOf(node.Options);
        foreach (var follower in raft.Status.Followers)
        {
            if (follower.State != nameof(ProgressState.Replicate))
                continue;
            var (bytes, largest) = (0L, 0L);
            for (var index = follower.Matched.Next; index < follower.Next; index = index.Next)
            {
                // What is no longer in memory was sent from the disk, and only makes the sum too small.
                var sizeBytes = index >= raft.Log.FirstInMemory ? raft.Log[index].SizeBytes : 0;
                (bytes, largest) = (bytes + sizeBytes, Math.Max(largest, sizeBytes));
            }

            // The window is full once it has reached its limit: the last append goes beyond it, by its own size at most.
            if (bytes > limits.InflightBytesMax + limits.AppendBytesMax + largest)
                cluster.Fail("I14 what waits is bounded", $"{bytes} bytes are on their way from node {node.Label} to {follower.Node}; the limit is {limits.InflightBytesMax}");

            // Where an append takes no more than a byte it takes one entry.
            if (limits.AppendBytesMax == 1 && follower.Next.Value - follower.Matched.Value - 1 > (ulong)limits.InflightAppendsMax)
                cluster.Fail("I14 what waits is bounded", $"{follower.Next.Value - follower.Matched.Value - 1} appends are on their way from node {node.Label} to {follower.Node}; the limit is {limits.InflightAppendsMax}");
        }
    }

    /// <summary>I14: of what was applied memory keeps so much and no more.</summary>
    private static void CheckWindow(ClusterWatch cluster, SimulatedNode node, RaftNode raft)
    {
        var windowBytes = node.Options.Tuning.Raft.WindowBytes;
        var bytes = 0L;
        for (var index = raft.Log.FirstInMemory; index <= raft.Log.Applied && bytes <= windowBytes; index = index.Next)
            bytes += raft.Log[index].SizeBytes;
        if (bytes > windowBytes)
            cluster.Fail("I14 what was applied is let go", $"node {node.Label} holds more than {windowBytes} bytes of entries that it has applied");
    }

    /// <summary>I14: what waits is bounded.</summary>
    private static void CheckBounds(ClusterWatch cluster, SimulatedNode node, Lutra.Node.Loop.Replica replica)
    {
        var options = node.Options;
        var raft = replica.Raft;
        var tuning = options.Tuning.RaftOf(options);
        if (raft.Role != RoleName.Leader)
            return;
        // What was committed is none of it, though a leader that was just started may not know that yet.
        var committed = raft.Commit > cluster.Ghost.Last ? raft.Commit : cluster.Ghost.Last;
        long uncommitted = 0;
        for (var index = committed.Next; index <= raft.Last.Index; index = index.Next)
            uncommitted += raft.Log[index].SizeBytes;
        // A leader takes over what it finds, and adds entries of its own that are never refused.
        if (uncommitted > 2L * tuning.UncommittedBytesMax)
            cluster.Fail("I14 what waits is bounded", $"node {node.Label} holds {uncommitted} bytes that are not committed; the limit is {tuning.UncommittedBytesMax}");
    }
}
