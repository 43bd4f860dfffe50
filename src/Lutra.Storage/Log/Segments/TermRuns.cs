using Lutra.Raft;

namespace Lutra.Storage.Log.Segments;

/// <summary>The terms of the entries of a log that begins after a position. Not thread-safe.</summary>
internal sealed class TermRuns(LogPosition start)
{
    private readonly List<TermRun> runs = [];

    public LogPosition Start { get; private set; } = start;

    public LogPosition Last { get; private set; } = start;

    /// <summary>The entry follows the last one, or replaces what is at its index and after.</summary>
    public void Append(LogPosition entry)
    {
        if (entry.Index <= Last.Index)
        {
            var keep = runs.Count;
            while (keep > 0 && runs[keep - 1].First >= entry.Index)
                keep--;
            runs.RemoveRange(keep, runs.Count - keep);
        }
        if (runs.Count == 0 || runs[^1].Term != entry.Term)
            runs.Add(new TermRun(entry.Index, entry.Term));
        Last = entry;
    }

    /// <summary>The term at an index from the start to the last.</summary>
    public Term TermAt(LogIndex index)
    {
        if (index == Start.Index)
            return Start.Term;
        var at = runs.Count - 1;
        while (runs[at].First > index)
            at--;
        return runs[at].Term;
    }

    /// <summary>The log now begins after <paramref name="start"/>, which it holds.</summary>
    public void Cut(LogPosition start)
    {
        if (start.Index >= Last.Index)
        {
            Reset(start);
            return;
        }
        var first = start.Index.Next;
        runs.RemoveRange(0, runs.FindLastIndex(run => run.First <= first));
        runs[0] = new TermRun(first, runs[0].Term);
        Start = start;
    }

    public void Reset(LogPosition start)
    {
        runs.Clear();
        Start = start;
        Last = start;
    }

    public IReadOnlyList<TermRun> ToList() => runs.ToArray();
}
