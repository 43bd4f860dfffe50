namespace Lutra.Keyspace.Commands;

/// <summary>
/// Names one proposal for ever: the random number of the process that took it, and a count within it. A waiter is answered by this, never
/// by the index alone (pitfall C03).
/// </summary>
public readonly record struct ProposalId(ulong Origin, ulong Number);
