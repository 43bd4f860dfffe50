namespace Lutra.Raft.Tests.Harness;

/// <summary>
/// Two logs with the same index and term hold the same entry and the same entries before it (Raft paper, figure 3), and a leader
/// never replaces an entry of its own log.
/// </summary>
internal sealed class LogMatching
{
    private readonly Dictionary<LogPosition, (Term Before, Entry Entry)> known = [];

    /// <summary>What a disk holds at a start counts like what is appended.</summary>
    public void Found(TestNode node)
    {
        var before = node.Disk.Durable.Start.Term;
        foreach (var entry in node.Disk.Durable.Entries)
        {
            Check(node, before, entry);
            before = entry.Term;
        }
    }

    public void Appending(TestNode node, IReadOnlyList<Entry> entries)
    {
        var log = node.Disk.Written;
        if (node.Status.Role == RoleName.Leader && entries[0].Index <= log.Last.Index)
        {
            throw new SafetyException($"{TraceText.Name(node.Id)} leads and replaces {log.Last} (leader append-only).");
        }

        var before = log.TermAt(entries[0].Index.Previous)
            ?? throw new SafetyException($"{TraceText.Name(node.Id)} appends {entries[0].Position} after a hole: its log is ({log.Start}, {log.Last}].");
        foreach (var entry in entries)
        {
            Check(node, before, entry);
            before = entry.Term;
        }
    }

    private void Check(TestNode node, Term before, Entry entry)
    {
        if (before > entry.Term)
        {
            throw new SafetyException($"{TraceText.Name(node.Id)} appends {entry.Position} after an entry of term {before}.");
        }

        if (!known.TryAdd(entry.Position, (before, entry)))
        {
            var other = known[entry.Position];
            if (other.Before != before || other.Entry.Kind != entry.Kind || !other.Entry.Payload.Span.SequenceEqual(entry.Payload.Span))
            {
                throw new SafetyException($"{TraceText.Name(node.Id)} appends {TraceText.Describe(entry)} after term {before}, "
                    + $"elsewhere it is {TraceText.Describe(other.Entry)} after term {other.Before} (log matching).");
            }
        }
    }
}
