namespace Lutra.Keyspace.Commands;

/// <summary>What an entry of the log asks of the keyspace. Every face of the server translates into these; none adds its own.</summary>
public abstract record Command;

/// <summary>A put, a delete or a transaction.</summary>
public sealed record WriteCommand(Operation Operation) : Command;

/// <summary>Raises the compaction floor.</summary>
public sealed record CompactCommand(Revision Revision) : Command;

/// <summary>From here on the log may hold what level <paramref name="Level"/> brought.</summary>
public sealed record SetFeatureLevelCommand(uint Level) : Command;

/// <summary>Opens a session under a number drawn by the proposer; its ttl counts in the log's time.</summary>
public sealed record OpenSessionCommand(ulong Session, long TtlMillis) : Command;

/// <summary>Ends a session: its holder asked, or the leader found it expired.</summary>
public sealed record CloseSessionCommand(ulong Session) : Command;

/// <summary>What travels with every command, in front of it.</summary>
/// <param name="TimeMillis">The leader's time when it appended the entry (Unix, milliseconds), never going back along the log (pitfall C06).</param>
/// <param name="Session">The session the command belongs to; 0: none.</param>
/// <param name="Sequence">Its number within the session, from 1.</param>
/// <param name="IdempotencyKey">At most <see cref="WriteOptions.IdempotencyKeyBytesMax"/> bytes; null: none. Not together with a session.</param>
public readonly record struct CommandEnvelope(
    ProposalId Proposal, long TimeMillis, ulong Session = 0, ulong Sequence = 0, string? IdempotencyKey = null);

/// <summary>The bytes of a command in the log: drawn in <c>docs/formats.md</c>.</summary>
public static class CommandCodec
{
    public static byte[] Encode(in CommandEnvelope envelope, Command command) => throw new NotImplementedException();

    /// <summary>Reads only the proposal's id: for answering without decoding the rest.</summary>
    public static ProposalId ReadProposal(ReadOnlySpan<byte> payload) => throw new NotImplementedException();

    /// <summary>Writes the leader's time into an encoded command, just before it is appended.</summary>
    public static void StampTime(Span<byte> payload, long timeMillis) => throw new NotImplementedException();

    /// <summary>Throws <see cref="FormatException"/> for bytes that are no command, without allocating more than they could hold.</summary>
    public static (CommandEnvelope Envelope, Command Command) Decode(ReadOnlyMemory<byte> payload) => throw new NotImplementedException();
}
