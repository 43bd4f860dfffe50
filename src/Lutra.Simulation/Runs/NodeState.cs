using Lutra.Node.Loop;
using Lutra.Simulation.Cluster;

namespace Lutra.Simulation.Runs;

/// <summary>Where one node is, in one line for people.</summary>
internal static class NodeState
{
    public static string Describe(SimulatedNode node) => node.Loop?.Replica is { } replica
        ? $"node {node.Label} {(node.IsPaused ? "(paused) " : "")}{replica.Raft.Role} of term {replica.Raft.Term}, last {replica.Raft.Last}, "
            + $"commit {replica.Raft.Commit}, applied {replica.Keyspace.Applied.Index}{RoomOf(node, replica)}"
        : $"node {node.Label} {(node.IsUp ? "without a replica" : node.Failure is { } failure ? $"down ({failure.Message})" : "down")}";

    private static string RoomOf(SimulatedNode node, Replica replica)
    {
        if (replica.HasRoom)
            return "";
        var sizes = replica.TableSizes;
        var quota = node.Options.QuotaBytes > 0 ? $", of {node.Options.QuotaBytes}" : "";
        return $", no room ({sizes.TableBytes + sizes.MemtableBytes} bytes in the store{quota})";
    }
}
