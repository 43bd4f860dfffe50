namespace Lutra.Raft;

/// <summary>
/// The log as the core sees it: the terms of all of it, the payloads of its newest part, and how far it is durable. What it may forget
/// of the applied part is bounded in bytes; older entries are on disk, and the driver fetches them.
/// </summary>
internal sealed class RaftLog
{
    private readonly EntryWindow window;
    private readonly WriteTracker writes;
    private readonly int windowBytes;

    private long appliedBytesInWindow;
    private ReadOnlyMemory<Entry> lastSlice;

    public RaftLog(Recovered recovered, int windowBytes)
    {
        this.windowBytes = windowBytes;
        Invariant.Holds(recovered.LogStart.Index <= recovered.Applied.Index, "A log starts at or below what is applied.");
        Invariant.Holds(
            recovered.LogStart.Index < recovered.Applied.Index || recovered.LogStart == recovered.Applied,
            "A log that starts at the applied position starts in its term.");
        Terms = new TermHistory(recovered.LogStart);
        Terms.AppendRuns(recovered.TermRuns, recovered.Applied);
        window = new EntryWindow(recovered.Applied.Index.Next);
        Applied = recovered.Applied.Index;
        foreach (var entry in recovered.Tail)
        {
            Terms.Append(entry.Position);
            window.Append(entry);
        }

        writes = new WriteTracker(Last.Index);
    }

    /// <summary>The terms of the whole log.</summary>
    public TermHistory Terms { get; }

    /// <summary>The position just before the first entry.</summary>
    public LogPosition Start => Terms.Start;

    public LogPosition Last => Terms.Last;

    /// <summary>The last index that is durable here.</summary>
    public LogIndex Durable => writes.Durable;

    /// <summary>The last index that the state machine contains.</summary>
    public LogIndex Applied { get; private set; }

    /// <summary>The first index whose payload is in memory; what is missing before it is on disk.</summary>
    public LogIndex FirstInMemory => window.First;

    public Term? TermAt(LogIndex index) => Terms.TermAt(index);

    public bool Holds(LogPosition position) => Terms.Holds(position);

    public ref readonly Entry this[LogIndex index] => ref window[index];

    public void Append(in Entry entry)
    {
        Terms.Append(entry.Position);
        window.Append(entry);
    }

    /// <summary>Forgets <paramref name="first"/> and what follows, in favour of another leader's entries.</summary>
    public void TruncateFrom(LogIndex first)
    {
        Invariant.Holds(first > Applied, "What is applied is never truncated.");
        Terms.TruncateFrom(first);
        window.TruncateFrom(first);
        writes.Overwrite(first);
        lastSlice = default;
    }

    /// <summary>Moves what was not yet handed to the disk into <paramref name="target"/>.</summary>
    public void TakeUnwritten(List<Entry> target)
    {
        if (writes.Submitted >= Last.Index || !writes.MaySubmit(Terms))
            return;
        for (var index = writes.Submitted.Next; index <= Last.Index; index = index.Next)
            target.Add(window[index]);
        writes.Submit(Last);
    }

    /// <returns>True: more is durable than before.</returns>
    public bool Persisted(LogPosition upTo) => writes.Complete(upTo, Terms);

    /// <summary>The state machine contains everything up to <paramref name="upTo"/>; lets go of what exceeds the window.</summary>
    public void MarkApplied(LogIndex upTo)
    {
        for (var index = Applied.Next; index <= upTo; index = index.Next)
            appliedBytesInWindow += window[index].SizeBytes;
        Applied = upTo;
        while (appliedBytesInWindow > windowBytes && window.First <= Applied)
            DropFirst();
    }

    /// <summary>The durable log was cut and now starts after <paramref name="start"/>.</summary>
    public void CutTo(LogPosition start)
    {
        if (start.Index <= Start.Index)
            return;
        Invariant.Holds(start.Index <= Applied, "A log is cut only where the state machine contains it.");
        Terms.CutTo(start);
        while (window.First <= start.Index && window.Count > 0)
            DropFirst();
    }

    /// <summary>
    /// A durable state at <paramref name="position"/> takes the place of the log up to there. What follows stays if the log holds the
    /// position, else the log is emptied (pitfall S01).
    /// </summary>
    public void InstallSnapshot(LogPosition position)
    {
        Invariant.Holds(position.Index > Applied, "A state is installed only if it is newer.");
        lastSlice = default;
        appliedBytesInWindow = 0;
        Applied = position.Index;
        if (Terms.Holds(position))
        {
            Terms.CutTo(position);
            window.DropBefore(position.Index.Next);
        }
        else
        {
            writes.Overwrite(Start.Index.Next);
            Terms.Reset(position);
            window.Reset(position.Index.Next);
        }

        writes.Raise(position.Index);
    }

    /// <summary>
    /// Entries from <paramref name="from"/>, which is in memory, up to about <paramref name="bytesMax"/> bytes; at least one. The
    /// last answer is kept, because several followers mostly want the same.
    /// </summary>
    public ReadOnlyMemory<Entry> Slice(LogIndex from, int bytesMax, out int sizeBytes)
    {
        sizeBytes = 0;
        var count = 0;
        for (var index = from; index <= Last.Index; index = index.Next)
        {
            var entryBytes = window[index].SizeBytes;
            if (count > 0 && sizeBytes + entryBytes > bytesMax)
                break;
            sizeBytes += entryBytes;
            count++;
        }

        if (lastSlice.Length == count && count > 0 && lastSlice.Span[0].Index == from)
            return lastSlice;
        var slice = new Entry[count];
        window.CopyTo(from, slice);
        lastSlice = slice;
        return slice;
    }

    private void DropFirst()
    {
        if (window.First <= Applied)
            appliedBytesInWindow -= window[window.First].SizeBytes;
        window.DropBefore(window.First.Next);
    }
}
