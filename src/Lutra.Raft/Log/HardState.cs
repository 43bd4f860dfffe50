namespace Lutra.Raft;

/// <summary>What must be durable before a node says anything that rests on it: its term and its vote in it (pitfall E01).</summary>
public readonly record struct HardState(Term Term, NodeId? Vote)
{
    /// <summary>Whether a disk that holds this holds everything that <paramref name="required"/> says: hard states only move on.</summary>
    internal bool Covers(HardState required) =>
        Term > required.Term || (Term == required.Term && (required.Vote is null || Vote == required.Vote));
}
