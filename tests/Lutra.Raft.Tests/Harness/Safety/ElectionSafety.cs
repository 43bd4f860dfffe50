namespace Lutra.Raft.Tests.Harness;

/// <summary>
/// At most one leader in a term, at most one durable vote of a node in a term, a leader has the durable votes of a quorum of its
/// configuration, and it holds every committed entry (Raft paper, figure 3).
/// </summary>
internal sealed class ElectionSafety
{
    private readonly SortedDictionary<Term, NodeId> leaders = [];
    private readonly SortedDictionary<(NodeId Node, Term Term), NodeId> votes = [];

    public void Persisted(TestNode node, DiskWrite write)
    {
        if (write is HardStateWrite { HardState: { Vote: { } vote } state } && !votes.TryAdd((node.Id, state.Term), vote)
            && votes[(node.Id, state.Term)] != vote)
        {
            throw new SafetyException(
                $"{Name(node.Id)} votes for {Name(vote)} in term {state.Term} after {Name(votes[(node.Id, state.Term)])} (E01).");
        }
    }

    public void Observe(TestNode node, RaftStatus status, IReadOnlyList<Entry> committed)
    {
        if (status.Leader is { } known && leaders.TryGetValue(status.Term, out var elected) && elected != known)
        {
            throw new SafetyException($"{Name(node.Id)} follows {Name(known)} in term {status.Term}, whose leader is {Name(elected)}.");
        }

        if (status.Role == RoleName.Leader && leaders.TryAdd(status.Term, node.Id))
        {
            HasQuorum(status, status.Configuration.Voters);
            HasQuorum(status, status.Configuration.OutgoingVoters);
            HoldsAll(node, status, committed);
        }
        else if (status.Role == RoleName.Leader && leaders[status.Term] != node.Id)
        {
            throw new SafetyException($"{Name(node.Id)} and {Name(leaders[status.Term])} both lead term {status.Term}.");
        }
    }

    private void HasQuorum(RaftStatus status, IReadOnlyCollection<NodeId> half)
    {
        var granted = half.Count(voter => votes.TryGetValue((voter, status.Term), out var vote) && vote == status.Id);
        if (half.Count > 0 && granted <= half.Count / 2)
        {
            throw new SafetyException(
                $"{Name(status.Id)} leads term {status.Term} with {granted} durable votes of {half.Count} (E02, E05, M03).");
        }
    }

    private void HoldsAll(TestNode node, RaftStatus status, IReadOnlyList<Entry> committed)
    {
        var log = node.Disk.Written;
        foreach (var entry in committed.Skip((int)log.Start.Index.Value))
        {
            if (log.TermAt(entry.Index) != entry.Term)
            {
                throw new SafetyException($"{Name(node.Id)} leads term {status.Term} without the committed {entry.Position} (leader completeness).");
            }
        }
    }

    private static string Name(NodeId id) => TraceText.Name(id);
}
