using Lutra.Keyspace.Commands;
using Lutra.Raft;
using Lutra.Storage.Checksums;

namespace Lutra.Simulation.Runs.Invariants;

/// <summary>
/// Every entry that was ever committed, as whoever sees all nodes at once writes it down when the first node commits it. It only grows: all nodes' logs and
/// states are held against it.
/// </summary>
internal sealed class GhostLog
{
    private readonly List<GhostEntry> entries = [];
    private readonly List<(LogIndex Index, Configuration Configuration)> configurations = [];
    // Asked, never walked.
    private readonly Dictionary<ProposalId, LogIndex> proposals = [];

    public LogIndex Last => new((ulong)entries.Count);

    public void Add(in Entry entry, Term committedIn)
    {
        entries.Add(new GhostEntry(entry.Term, entry.Kind, Crc32C.Compute(entry.Payload.Span), committedIn));
        if (entry.Kind == EntryKind.Configuration)
            configurations.Add((entry.Index, Configuration.Decode(entry.Payload.Span)));
        else if (entry.Kind == EntryKind.Command)
            proposals[CommandCodec.ReadProposal(entry.Payload.Span)] = entry.Index;
    }

    public bool Holds(ProposalId proposal) => proposals.ContainsKey(proposal);

    public bool Holds(LogPosition position) => position == LogPosition.Zero || TermAt(position.Index) == position.Term;

    /// <summary>Null where the entry is not committed.</summary>
    public Term? TermAt(LogIndex index) => index > LogIndex.Zero && index <= Last ? entries[(int)index.Value - 1].Term : null;

    public bool IsSame(in Entry entry)
    {
        var mine = entries[(int)entry.Index.Value - 1];
        return mine.Term == entry.Term && mine.Kind == entry.Kind && mine.PayloadChecksum == Crc32C.Compute(entry.Payload.Span);
    }

    /// <summary>The last entry that was committed before <paramref name="term"/>: whoever leads in it must hold all up to there.</summary>
    public LogPosition LastCommittedBefore(Term term)
    {
        for (var index = Last; index > LogIndex.Zero; index = index.Previous)
        {
            var entry = entries[(int)index.Value - 1];
            if (entry.CommittedIn < term)
                return new LogPosition(index, entry.Term);
        }

        return LogPosition.Zero;
    }

    /// <summary>The committed configuration in force at <paramref name="index"/>; null: the one that the cluster began with.</summary>
    public Configuration? ConfigurationAt(LogIndex index)
    {
        for (var at = configurations.Count - 1; at >= 0; at--)
        {
            if (configurations[at].Index <= index)
                return configurations[at].Configuration;
        }

        return null;
    }

    private readonly record struct GhostEntry(Term Term, EntryKind Kind, uint PayloadChecksum, Term CommittedIn);
}
