using Lutra.Raft;
using Lutra.Simulation.Cluster;
using Replica = Lutra.Node.Loop.Replica;

namespace Lutra.Simulation.Runs.Invariants;

/// <summary>
/// Whether a leader whose disk has ended no sync for long leads on (pitfall D10): heartbeats do not wait for the disk, so that it would be followed for ever, and
/// nothing committed.
/// </summary>
internal sealed class StuckLeaders(SimulatedCluster cluster, Operator keeper)
{
    // It hands over after one election timeout of its own clock and gives up after two; the rest is for clocks that are slow and ticks that are late.
    private const int ElectionTimeouts = 8;

    private readonly SortedDictionary<string, (TimeSpan Since, Term Term, LogIndex Durable)> stuck = new(StringComparer.Ordinal);

    /// <summary>What is wrong; null: nothing.</summary>
    public string? Look()
    {
        foreach (var node in cluster.Nodes)
        {
            if (node.Loop?.Replica is not { } replica || !IsStuck(node, replica))
            {
                stuck.Remove(node.Label);
                continue;
            }

            var raft = replica.Raft;
            if (!stuck.TryGetValue(node.Label, out var spell) || spell.Term != raft.Term || spell.Durable != raft.Durable)
                stuck[node.Label] = (cluster.Scheduler.Now, raft.Term, raft.Durable);
            else if (cluster.Scheduler.Now - spell.Since > TimeSpan.FromMilliseconds((double)ElectionTimeouts * node.Options.ElectionTimeoutMillis))
                return $"D10: node {node.Label} has led for {cluster.Scheduler.Now - spell.Since} in term {raft.Term} with a disk that ends no sync, and waits for {raft.Last.Index} to be durable";
        }

        return null;
    }

    private bool IsStuck(SimulatedNode node, Replica replica) =>
        node.Disk.Faults is { StallSyncs: true, QuotaBytes: null } && !node.IsPaused && !keeper.IsHampered(node) && !replica.Log.IsFull
        && replica.Raft is { Role: RoleName.Leader } raft && raft.Configuration.Voters.Count > 1 && raft.Durable < raft.Last.Index;
}
