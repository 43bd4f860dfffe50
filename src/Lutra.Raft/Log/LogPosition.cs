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
}
