using Lutra.Keyspace.Commands;

namespace Lutra.Keyspace;

/// <summary>What an applied entry means to the one who waits for it.</summary>
/// <param name="Proposal">Whose it is; default for entries that nobody proposed.</param>
/// <param name="Result">What it did; null where it was refused, no result was wanted, or the command has none to give (sessions, feature
/// level).</param>
/// <param name="Refusal">Why it changed nothing; null where it was done.</param>
public readonly record struct AppliedEntry(ProposalId Proposal, OperationResult? Result, Refusal? Refusal);

/// <summary>A refusal decided by the state: the same on every node.</summary>
public sealed record Refusal(LutraError Error, string Message);
