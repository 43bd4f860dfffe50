namespace Lutra.Raft.Tests.Harness;

/// <summary>
/// The list of all that was ever committed. It grows only when a leader commits, and then a quorum of the leader's configuration
/// must have the entry on disk, and the entry must be of the leader's own term (Raft paper, figure 8; pitfalls L01, L11, M03).
/// Everything applied anywhere equals it.
/// </summary>
internal sealed class CommittedEntries(TestCluster cluster)
{
    private readonly List<Entry> entries = [];
    private readonly SortedDictionary<NodeId, Term> ledTerms = [];

    public IReadOnlyList<Entry> Entries => entries;

    public void Observe(TestNode node, RaftStatus status)
    {
        if (status.Role == RoleName.Leader)
        {
            ledTerms[node.Id] = status.Term;
        }

        // A leader that commits its own removal may have stepped down in the same step.
        var leads = ledTerms.TryGetValue(node.Id, out var term) && term == status.Term;
        if (status.Commit.Value > (ulong)entries.Count)
        {
            if (!leads)
            {
                throw new SafetyException($"{Name(node.Id)} has commit index {status.Commit}, but no leader ever committed more than {entries.Count}.");
            }

            Commit(node, status);
        }

        Agrees(node, status.Commit);
    }

    public void Applying(TestNode node, Entry entry)
    {
        if (entry.Index.Value > (ulong)entries.Count)
        {
            throw new SafetyException($"{Name(node.Id)} applies {entry.Position}, which nobody committed.");
        }

        IsSame(node, entry, "applies");
    }

    private void Commit(TestNode node, RaftStatus status)
    {
        var log = node.Disk.Written;
        var last = log.Find(status.Commit)
            ?? throw new SafetyException($"{Name(node.Id)} commits {status.Commit}, and its log ends at {log.Last}.");
        if (last.Term != status.Term)
        {
            throw new SafetyException($"{Name(node.Id)} leads term {status.Term} and commits {last.Position} by counting (L01).");
        }

        HasQuorum(node, last.Position, status.Configuration.Voters);
        HasQuorum(node, last.Position, status.Configuration.OutgoingVoters);
        for (var index = new LogIndex((ulong)entries.Count + 1); index <= status.Commit; index = index.Next)
        {
            entries.Add(log.Find(index) ?? throw new SafetyException($"{Name(node.Id)} commits {index} without holding it."));
        }
    }

    private void HasQuorum(TestNode leader, LogPosition position, IReadOnlyCollection<NodeId> half)
    {
        var holders = cluster.Nodes.Where(node => half.Contains(node.Id)
            && (node.Disk.Durable.Holds(position) || node.Disk.Durable.Start.Index >= position.Index)).ToList();
        if (half.Count > 0 && holders.Count <= half.Count / 2)
        {
            throw new SafetyException(
                $"{Name(leader.Id)} commits {position}, which only {holders.Count} of {half.Count} voters have on disk (L11, M03).");
        }
    }

    private void Agrees(TestNode node, LogIndex commit)
    {
        if (node.Disk.Written.Find(commit) is { } entry)
        {
            IsSame(node, entry, "commits");
        }
    }

    private void IsSame(TestNode node, Entry entry, string does)
    {
        var agreed = entries[(int)entry.Index.Value - 1];
        if (agreed.Position != entry.Position || agreed.Kind != entry.Kind || !agreed.Payload.Span.SequenceEqual(entry.Payload.Span))
        {
            throw new SafetyException($"{Name(node.Id)} {does} {TraceText.Describe(entry)}, but {TraceText.Describe(agreed)} was committed.");
        }
    }

    private static string Name(NodeId id) => TraceText.Name(id);
}
