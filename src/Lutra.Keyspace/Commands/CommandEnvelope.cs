using Lutra.Keyspace.Auth;

namespace Lutra.Keyspace.Commands;

/// <summary>What travels with every command, in front of it.</summary>
/// <param name="TimeMillis">The leader's time when it appended the entry (Unix, milliseconds), never going back along the log (pitfall
/// C06).</param>
/// <param name="Session">The session the command belongs to; 0: none.</param>
/// <param name="Sequence">Its number within the session, from 1.</param>
/// <param name="IdempotencyKey">At most <see cref="WriteOptions.IdempotencyKeyBytesMax"/> bytes; null: none. Not together with a
/// session.</param>
/// <param name="Caller">Who asks; decides whether it may be done.</param>
public readonly record struct CommandEnvelope(
    ProposalId Proposal, long TimeMillis, ulong Session = 0, ulong Sequence = 0, string? IdempotencyKey = null, Caller Caller = default);
