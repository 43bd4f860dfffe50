namespace Lutra.Raft;

/// <summary>
/// An index and the term of the entry there. Two logs that hold the same position agree on everything up to it (Log Matching,
/// Raft paper, section 5.3).
/// </summary>
public readonly record struct LogPosition(LogIndex Index, Term Term)
{
    /// <summary>Before the first entry of every log.</summary>
    public static readonly LogPosition Zero;

    public override string ToString() => $"{Index}@{Term}";

    /// <summary>
    /// Whether a log that ends here may hold all that is committed, as far as one that ends with <paramref name="other"/> can tell: the
    /// later last term decides, then the longer log (Raft paper, section 5.4.1; pitfall E03).
    /// </summary>
    internal bool IsAtLeastAsCompleteAs(LogPosition other) => Term > other.Term || (Term == other.Term && Index >= other.Index);
}
