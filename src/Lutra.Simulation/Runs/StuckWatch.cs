using Lutra.Raft;
using Lutra.Simulation.Cluster;
using Lutra.Simulation.Runs.Invariants;

namespace Lutra.Simulation.Runs;

/// <summary>
/// Sees a cluster that could work and does not: nothing is committed for a hundred election timeouts, though all that while the same majority of undamaged
/// nodes was up, could talk and had good disks (reliability specification, 1.5). Every leader commits an entry at once, so a cluster without
/// clients moves on too, until it has a leader.
/// </summary>
internal sealed class StuckWatch(SimulatedCluster cluster, Operator keeper, ClusterWatch watch)
{
    private const int ElectionTimeouts = 100;

    private LogIndex committed;
    private TimeSpan since;
    private string able = "";

    /// <summary>What is stuck, and where everybody is; null: nothing.</summary>
    public string? Look()
    {
        var now = AbleMajority();
        if (now.Length == 0 || now != able || watch.Ghost.Last != committed || IsIdle())
        {
            (able, committed, since) = (now, watch.Ghost.Last, cluster.Scheduler.Now);
            return null;
        }

        var patience = TimeSpan.FromMilliseconds((double)ElectionTimeouts * cluster.Nodes[0].Options.ElectionTimeoutMillis);
        return cluster.Scheduler.Now - since < patience
            ? null
            : $"stuck: nothing was committed for {patience}, though {able} could have. {string.Join("; ", cluster.Nodes.Select(NodeState.Describe))}";
    }

    // A leader that has committed in its term and has nothing more to commit waits for clients.
    private bool IsIdle() => cluster.Leader?.Loop?.Replica?.Raft is { CommittedInTerm: true } raft && raft.Commit == raft.Last.Index;

    private string AbleMajority()
    {
        var good = cluster.Nodes.Where(node => keeper.Roster.MayVote(node) && IsGood(node)).ToArray();
        foreach (var hub in good)
        {
            // Whoever can talk with this one both ways, and with all others of these.
            var group = new List<SimulatedNode> { hub };
            foreach (var other in good)
            {
                if (other != hub && group.TrueForAll(member => CanTalk(member, other)))
                    group.Add(other);
            }

            if (keeper.Roster.IsMajority(group.Contains))
                return string.Join(' ', group.Select(node => node.Label));
        }

        return "";
    }

    private bool IsGood(SimulatedNode node) =>
        node.IsUp && !node.IsPaused && !keeper.IsHampered(node) && keeper.IsSound(node) && node.Process!.ClockRate == 1 && !node.Disk.Faults.StallSyncs
        && node.Disk.Faults is { QuotaBytes: null, IsReadOnly: false } && node.Disk.LatencyMax <= Disk.SimulatedDisk.LatencyUsual;

    private bool CanTalk(SimulatedNode one, SimulatedNode other) => CanHear(one.Host, other.Host) && CanHear(other.Host, one.Host);

    private bool CanHear(string from, string to) => cluster.Network.IsOpen(from, to) && !cluster.Network.IsSlow(from, to) && cluster.Network.Shuffler is not { IsPicky: true };
}
