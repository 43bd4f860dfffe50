namespace Lutra.Raft.Tests.Harness;

/// <summary>
/// The configuration in force is that of the last configuration entry in the log, or else that of the state machine, after every
/// append, truncation, install and restart (pitfalls M05, M06).
/// </summary>
internal sealed class ActiveConfiguration
{
    private readonly SortedDictionary<NodeId, (LogPosition Last, LogPosition Start, Configuration Configuration)> seen = [];

    /// <param name="committed">How many entries any leader has committed: a new one may inherit some without knowing it.</param>
    public void Observe(TestNode node, RaftStatus status, int committed)
    {
        var log = node.Disk.Written;
        var now = (log.Last, log.Start, status.Configuration);
        if (seen.TryGetValue(node.Id, out var before) && before == now)
        {
            return;
        }

        seen[node.Id] = now;
        var entries = log.Entries.Where(entry => entry.Kind == EntryKind.Configuration).ToList();
        var expected = entries.Count > 0 ? Configuration.Decode(entries[^1].Payload.Span) : node.State.Configuration;
        if (TraceText.Describe(expected) != TraceText.Describe(status.Configuration))
        {
            throw new SafetyException($"{TraceText.Name(node.Id)} has {TraceText.Describe(status.Configuration)} in force, but its log and "
                + $"state say {TraceText.Describe(expected)}.");
        }

        if (status.Role == RoleName.Leader && entries.Count(entry => entry.Index.Value > (ulong)committed) > 1)
        {
            throw new SafetyException($"{TraceText.Name(node.Id)} leads with two uncommitted configurations (M02).");
        }
    }
}
