namespace Lutra.Raft.Tests.Harness;

/// <summary>A promise of Raft is broken: the message says which, where, and what came before.</summary>
internal sealed class SafetyException(string message) : Exception(message);
