using Lutra.Raft;
using Lutra.Storage.Log.Format;

namespace Lutra.Simulation.Runs.Invariants;

/// <summary>Every entry that ever became durable anywhere: one index and term mean one entry, and one entry before it (I3, log matching).</summary>
internal sealed class WrittenEntries
{
    // Asked, never walked.
    private readonly Dictionary<LogPosition, (EntryKind Kind, int Length, Term? Before, string Label)> known = [];

    /// <summary>What is wrong; null: nothing.</summary>
    public string? Check(string label, in RecordHeader record, Term? before)
    {
        var found = (record.Kind, record.PayloadLength, before, label);
        if (!known.TryGetValue(record.Position, out var first))
        {
            known.Add(record.Position, found);
            return null;
        }

        if (first.Kind == found.Kind && first.Length == found.PayloadLength && (first.Before is null || before is null || first.Before == before))
            return null;
        return $"entry {record.Position} is {found.Kind} of {found.PayloadLength} bytes after term {before} on node {label}, and {first.Kind} of {first.Length} bytes after term {first.Before} on node {first.Label}";
    }
}
