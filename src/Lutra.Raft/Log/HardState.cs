namespace Lutra.Raft;

/// <summary>What must be durable before a node says anything that rests on it: its term and its vote in it (pitfall E01).</summary>
public readonly record struct HardState(Term Term, NodeId? Vote);
