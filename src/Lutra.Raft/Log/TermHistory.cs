namespace Lutra.Raft;

/// <summary>
/// The terms of a whole log, run by run: a few numbers a leader, however many entries it wrote. Knows terms from
/// <see cref="Start"/> (the position just before the first entry) to <see cref="Last"/>; below and above it knows nothing.
/// </summary>
internal sealed class TermHistory
{
    // Ascending in both, the first run begins at or below Start.Index + 1. Empty if and only if the log is.
    private readonly List<TermRun> runs = [];

    public TermHistory(LogPosition start) => Reset(start);

    public LogPosition Start { get; private set; }

    public LogPosition Last { get; private set; }

    public void Append(LogPosition position)
    {
        Invariant.Holds(position.Index == Last.Index.Next, "Entries follow each other without a gap.");
        Invariant.Holds(position.Term >= Last.Term, "Terms never fall along a log.");
        if (runs.Count == 0 || position.Term != Last.Term)
            runs.Add(new TermRun(position.Index, position.Term));
        Last = position;
    }

    /// <summary>Extends the log to <paramref name="to"/> by entries whose terms a driver has summed up.</summary>
    public void AppendRuns(IReadOnlyList<TermRun> summary, LogPosition to)
    {
        for (var i = 0; i < summary.Count; i++)
        {
            var next = i + 1 < summary.Count ? summary[i + 1].First : to.Index.Next;
            var first = Start.Index < summary[i].First ? summary[i].First : Start.Index.Next;
            if (next <= first || first > to.Index)
                continue;
            if (runs.Count > 0)
                Last = new LogPosition(first.Previous, runs[^1].Term);
            Append(new LogPosition(first, summary[i].Term));
        }

        if (to.Index > Start.Index)
        {
            Invariant.Holds(runs.Count > 0 && runs[0].First == Start.Index.Next, "The terms of a recovered log begin with its first entry.");
            Invariant.Holds(runs[^1].Term == to.Term, "The terms of a recovered log end with that of the applied position.");
            Last = to;
        }
    }

    /// <summary>The term at <paramref name="index"/>; null below the start and beyond the end.</summary>
    public Term? TermAt(LogIndex index)
    {
        if (index == Last.Index)
            return Last.Term;
        if (index < Start.Index || index > Last.Index)
            return null;
        return index == Start.Index ? Start.Term : runs[RunOf(index)].Term;
    }

    public bool Holds(LogPosition position) => TermAt(position.Index) == position.Term;

    /// <summary>The first index of the run of equal terms that <paramref name="index"/> is in, as far as this log reaches back.</summary>
    public LogIndex FirstOfTermAt(LogIndex index) => index <= Start.Index ? index : runs[RunOf(index)].First;

    /// <summary>
    /// The last index at or below <paramref name="limit"/> whose term is at most <paramref name="term"/>: the best place at which this
    /// log may agree with another that has <paramref name="term"/> there (pitfall L08). Below the start terms are not known: then the
    /// index before the start, or 0.
    /// </summary>
    public LogIndex LastWithTermAtMost(Term term, LogIndex limit)
    {
        if (limit < Start.Index)
            return limit;
        var end = limit < Last.Index ? limit : Last.Index;
        for (var i = runs.Count - 1; i >= 0; i--)
        {
            if (runs[i].First <= end && runs[i].Term <= term)
                return end;
            if (runs[i].First <= end)
                end = runs[i].First.Previous;
        }

        return Start.Term <= term ? Start.Index : Start.Index.Previous;
    }

    /// <summary>Forgets <paramref name="first"/> and everything after it.</summary>
    public void TruncateFrom(LogIndex first)
    {
        Invariant.Holds(first > Start.Index, "A log is never truncated at or below its start.");
        while (runs.Count > 0 && runs[^1].First >= first)
            runs.RemoveAt(runs.Count - 1);
        Last = runs.Count == 0 ? Start : new LogPosition(first.Previous, runs[^1].Term);
    }

    /// <summary>Forgets everything up to and with <paramref name="start"/>, which this log holds.</summary>
    public void CutTo(LogPosition start)
    {
        Invariant.Holds(Holds(start), "A log is cut only at a position that it holds.");
        var whole = 0;
        while (whole < runs.Count && (whole + 1 < runs.Count ? runs[whole + 1].First.Previous : Last.Index) <= start.Index)
            whole++;
        runs.RemoveRange(0, whole);
        if (runs.Count > 0 && runs[0].First <= start.Index)
            runs[0] = new TermRun(start.Index.Next, runs[0].Term);
        Start = start;
    }

    /// <summary>An empty log that begins after <paramref name="start"/>.</summary>
    public void Reset(LogPosition start)
    {
        runs.Clear();
        Start = start;
        Last = start;
    }

    private int RunOf(LogIndex index)
    {
        var low = 0;
        var high = runs.Count - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (runs[middle].First <= index)
                low = middle;
            else
                high = middle - 1;
        }

        return low;
    }
}
