namespace Lutra.Raft;

/// <summary>
/// How a leader finds the last entry that a follower's log has in common with its own, in about one question for each term in conflict
/// (Raft paper, end of section 5.3; pitfall L08).
/// </summary>
internal static class ConflictSearch
{
    /// <summary>
    /// What a follower answers that does not hold the leader's <paramref name="previous"/>: its end if its log is short, else the term
    /// that it has there and where that begins, but not below its own <paramref name="commit"/> index, up to which the logs agree.
    /// </summary>
    public static LogPosition Hint(TermHistory follower, LogIndex previous, LogIndex commit)
    {
        if (follower.TermAt(previous) is not { } term)
            return follower.Last;
        var first = follower.FirstOfTermAt(previous);
        return new LogPosition(first > commit ? first : commit, term);
    }

    /// <summary>
    /// The next index that a leader tries to send. Where it holds the hint's position itself, the logs agree there. Else they differ
    /// there, and may agree below it at most where the leader's term is not above the hint's, because terms never fall along a log.
    /// </summary>
    public static LogIndex Next(TermHistory leader, LogIndex previous, LogPosition hint)
    {
        if (hint.Index < previous && leader.Holds(hint))
            return hint.Index.Next;
        var differs = hint.Index < previous ? hint.Index : previous;
        return leader.LastWithTermAtMost(hint.Term, differs.Previous).Next;
    }
}
