namespace Lutra.Keyspace.Commands;

/// <summary>What an entry of the log asks of the keyspace. Every face of the server translates into these; none adds its own.</summary>
public abstract record Command;

/// <summary>A put, a delete or a transaction.</summary>
public sealed record WriteCommand(Operation Operation) : Command;

/// <summary>Raises the compaction floor.</summary>
public sealed record CompactCommand(Revision Revision) : Command;

/// <summary>From here on the log may hold what level <paramref name="Level"/> brought.</summary>
public sealed record SetFeatureLevelCommand(uint Level) : Command;

/// <summary>
/// Opens a session under a number drawn by the proposer; its ttl counts in the log's time. For an open session it is a sign of life and
/// sets the ttl anew.
/// </summary>
public sealed record OpenSessionCommand(ulong Session, long TtlMillis) : Command;

/// <summary>Ends a session: its holder asked, or the leader found it expired.</summary>
/// <param name="LastUsedMillis">Where given, only a session ends that was not used since this time of the log: what the leader saw when it
/// found it expired.</param>
public sealed record CloseSessionCommand(ulong Session, long? LastUsedMillis = null) : Command;
