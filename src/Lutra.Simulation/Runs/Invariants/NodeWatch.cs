using Lutra.Raft;
using Lutra.Simulation.Cluster;

namespace Lutra.Simulation.Runs.Invariants;

/// <summary>Follows one node from event to event, over its restarts.</summary>
internal sealed class NodeWatch(ClusterWatch cluster, SimulatedNode node)
{
    private RaftNode? raft;
    private Term term;
    private LogIndex commit;
    private LogPosition last;
    private LogPosition applied;
    private Configuration configuration = Configuration.Empty;
    private bool leads;
    private LogIndex end;
    private long backlogBytes;

    public DiskShadow Disk { get; set; } = null!;

    /// <summary>Called after each event of the node: it must cost next to nothing where nothing has changed.</summary>
    public void Look()
    {
        if (node.Loop is not { Replica: { } replica })
            return;
        if (!ReferenceEquals(replica.Raft, raft))
            Restarted(replica);
        if (backlogBytes > node.Options.ApplyBacklogBytesMax && replica.Raft.Last.Index > end && !leads && replica.Raft.Role != RoleName.Leader)
            TookMore(replica.Raft);
        (end, backlogBytes) = (replica.Raft.Last.Index, replica.ApplyBacklogBytes);
        if (replica.Raft.Term != term || replica.Raft.Role == RoleName.Leader != leads)
            TermOrRoleChanged(replica.Raft);
        if (leads && replica.Raft.Last != last)
            LeaderAppended(replica.Raft);
        if (replica.Raft.Commit != commit)
            CommitMoved(replica.Raft);
        if (replica.Keyspace.Applied != applied)
            AppliedMoved(replica);
        if (!ReferenceEquals(configuration, replica.Raft.Configuration))
        {
            configuration = replica.Raft.Configuration;
            cluster.Follows(replica.Raft);
        }
    }

    private void Restarted(Lutra.Node.Loop.Replica replica)
    {
        raft = replica.Raft;
        backlogBytes = 0;
        cluster.Know(raft.Id, node, Disk);
        if (raft.Term < Disk.HardState.Term && cluster.IsSound(node))
            cluster.Fail("I6 terms never decrease", $"node {node.Label} begins in term {raft.Term}, and {Disk.HardState.Term} is on its disk");
        (term, commit, leads) = (raft.Term, raft.Commit, false);
        applied = default;
        configuration = raft.Configuration;
        cluster.Follows(raft);
    }

    private void TermOrRoleChanged(RaftNode now)
    {
        if (now.Term < term)
            cluster.Fail("I6 terms never decrease", $"node {node.Label} goes from term {term} back to {now.Term}");
        var nowLeads = now.Role == RoleName.Leader;
        if (nowLeads && (!leads || now.Term != term))
        {
            last = now.Last;
            cluster.Leads(node, now, configuration);
        }

        (term, leads) = (now.Term, nowLeads);
    }

    // I14: a follower that has more to apply than it should takes no more commands (pitfall F06).
    private void TookMore(RaftNode now)
    {
        for (var index = end.Next; index <= now.Last.Index; index = index.Next)
        {
            if (index >= now.Log.FirstInMemory && now.Log[index].Kind == EntryKind.Command)
                cluster.Fail("I14 what waits to be applied is bounded", $"node {node.Label} took entry {index} while {backlogBytes} bytes waited to be applied; the limit is {node.Options.ApplyBacklogBytesMax}");
        }
    }

    private void LeaderAppended(RaftNode now)
    {
        if (now.Last.Index < last.Index || (now.Log.TermAt(last.Index) is { } held && held != last.Term))
            cluster.Fail("I2 a leader only appends", $"node {node.Label} leads in term {now.Term} and had a log up to {last}, now up to {now.Last}");
        last = now.Last;
    }

    private void CommitMoved(RaftNode now)
    {
        if (now.Commit < commit)
            cluster.Fail("I6 the commit index never decreases", $"node {node.Label} goes from {commit} back to {now.Commit}");
        for (var index = commit.Next; index <= now.Commit && cluster.Breach is null; index = index.Next)
            cluster.Committed(node, now, index, configuration);
        commit = now.Commit;
    }

    private void AppliedMoved(Lutra.Node.Loop.Replica replica)
    {
        var now = replica.Keyspace.Applied;
        if (now.Index < applied.Index)
            cluster.Fail("I6 what is applied stays applied", $"node {node.Label} goes from {applied} back to {now}");
        applied = now;
        cluster.Applied(node, now, replica.Keyspace.Revision.Value);
    }
}
