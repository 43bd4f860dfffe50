namespace Lutra.Raft;

/// <summary>
/// Which entries were handed to the driver's disk and which are durable. A completion names the last position of a write. It counts
/// only if nothing after it has overwritten what was written: position alone does not tell, for a later leader may bring back the very
/// entry that was replaced in between (pitfall L10).
/// </summary>
internal sealed class WriteTracker(LogIndex durable)
{
    private readonly List<Write> inFlight = [];

    /// <summary>The last index that is on disk and will stay.</summary>
    public LogIndex Durable { get; private set; } = durable;

    /// <summary>The last index that the driver was given to write.</summary>
    public LogIndex Submitted { get; private set; } = durable;

    /// <summary>
    /// False while an overwritten write on its way ends with a position that <paramref name="terms"/> holds again: its completion could
    /// not be told from that of the entry written anew.
    /// </summary>
    public bool MaySubmit(TermHistory terms)
    {
        foreach (var write in inFlight)
        {
            if (write.Overwritten && terms.Holds(write.Last))
            {
                Marks.WriteHeldBackForOverwritten.Hit();
                return false;
            }
        }

        return true;
    }

    public void Submit(LogPosition last)
    {
        Invariant.Holds(last.Index > Submitted, "A write holds at least one new entry.");
        inFlight.Add(new Write(last, Overwritten: false));
        Submitted = last.Index;
    }

    /// <summary>Entries from <paramref name="first"/> on are no longer what was submitted.</summary>
    public void Overwrite(LogIndex first)
    {
        for (var i = 0; i < inFlight.Count; i++)
        {
            if (inFlight[i].Last.Index >= first)
            {
                Marks.WriteInFlightOverwritten.Hit();
                inFlight[i] = inFlight[i] with { Overwritten = true };
            }
        }

        Durable = Min(Durable, first.Previous);
        Submitted = Min(Submitted, first.Previous);
    }

    /// <summary>The disk holds everything submitted up to the write that ended with <paramref name="upTo"/>. True: more is durable than before.</summary>
    public bool Complete(LogPosition upTo, TermHistory terms)
    {
        var done = -1;
        var counts = true;
        for (var i = 0; i < inFlight.Count && done < 0; i++)
        {
            counts &= !inFlight[i].Overwritten;
            if (inFlight[i].Last == upTo)
            {
                done = i;
                counts = !inFlight[i].Overwritten;
            }
        }

        inFlight.RemoveRange(0, done + 1);
        Marks.CompletionOfOverwritten.HitIf(!counts);
        if (!counts || upTo.Index > Submitted || upTo.Index <= Durable || !terms.Holds(upTo))
            return false;
        Durable = upTo.Index;
        return true;
    }

    /// <summary>A durable state holds everything up to <paramref name="index"/>, and the log follows on it.</summary>
    public void Raise(LogIndex index)
    {
        if (Durable < index)
            Durable = index;
        if (Submitted < index)
            Submitted = index;
    }

    private static LogIndex Min(LogIndex left, LogIndex right) => left < right ? left : right;

    private readonly record struct Write(LogPosition Last, bool Overwritten);
}
