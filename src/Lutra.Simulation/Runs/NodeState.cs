using Lutra.Simulation.Cluster;

namespace Lutra.Simulation.Runs;

/// <summary>Where one node is, in one line for people.</summary>
internal static class NodeState
{
    public static string Describe(SimulatedNode node) => node.Loop?.Replica is { } replica
        ? $"node {node.Label} {(node.IsPaused ? "(paused) " : "")}{replica.Raft.Role} of term {replica.Raft.Term}, last {replica.Raft.Last}, "
            + $"commit {replica.Raft.Commit}, applied {replica.Keyspace.Applied.Index}, room {replica.HasRoom}"
        : $"node {node.Label} {(node.IsUp ? "without a replica" : node.Failure is { } failure ? $"down ({failure.Message})" : "down")}";
}
