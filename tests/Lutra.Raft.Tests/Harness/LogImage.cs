namespace Lutra.Raft.Tests.Harness;

/// <summary>A log as plain data: the position before its first entry, and the entries.</summary>
internal sealed class LogImage
{
    private readonly List<Entry> entries = [];

    /// <summary>The position just before the first entry.</summary>
    public LogPosition Start { get; private set; }

    public IReadOnlyList<Entry> Entries => entries;

    public LogPosition Last => entries.Count == 0 ? Start : entries[^1].Position;

    /// <summary>The term at <paramref name="index"/>; null before the start and after the last.</summary>
    public Term? TermAt(LogIndex index) =>
        index == Start.Index ? Start.Term : Find(index)?.Term;

    public Entry? Find(LogIndex index) =>
        index > Start.Index && index <= Last.Index ? entries[(int)(index.Value - Start.Index.Value) - 1] : null;

    public bool Holds(LogPosition position) => TermAt(position.Index) == position.Term;

    public IEnumerable<Entry> After(LogIndex index) => entries.Where(entry => entry.Index > index);

    /// <summary>Replaces everything from the first of <paramref name="added"/> on.</summary>
    public void Append(IReadOnlyList<Entry> added)
    {
        var first = added[0].Index;
        if (first <= Start.Index || first > Last.Index.Next)
        {
            throw new SafetyException($"A write at {first} leaves a gap: the log holds ({Start}, {Last}].");
        }

        Truncate(first);
        entries.AddRange(added);
    }

    public void Truncate(LogIndex first)
    {
        var keep = (int)(first.Value - Start.Index.Value) - 1;
        if (keep < entries.Count)
        {
            entries.RemoveRange(keep, entries.Count - keep);
        }
    }

    /// <summary>Drops what is at or below <paramref name="position"/>, and everything where the log does not hold it (pitfall S01).</summary>
    public void StartAfter(LogPosition position)
    {
        if (Holds(position))
        {
            entries.RemoveRange(0, (int)(position.Index.Value - Start.Index.Value));
        }
        else
        {
            entries.Clear();
        }

        Start = position;
    }

    public void CopyFrom(LogImage other)
    {
        Start = other.Start;
        entries.Clear();
        entries.AddRange(other.entries);
    }
}
