namespace Lutra.Raft;

/// <summary>The term of the entries from <see cref="First"/> on, up to the next run.</summary>
public readonly record struct TermRun(LogIndex First, Term Term);

/// <summary>
/// What the driver found on its disk: the state machine at <see cref="Applied"/> (with the configuration in force there), and the log.
/// </summary>
/// <param name="HardState">The durable term and vote; term 0 and no vote on a new disk.</param>
/// <param name="Applied">The position that the state machine contains. Everything up to it is committed.</param>
/// <param name="Configuration">The configuration at <paramref name="Applied"/>.</param>
/// <param name="LogStart">The position just before the log's first entry, at or below <paramref name="Applied"/>.</param>
/// <param name="TermRuns">The terms of the entries from the log's first to <paramref name="Applied"/>, ascending; empty where there are none.</param>
/// <param name="Tail">The entries after <paramref name="Applied"/>, without a gap.</param>
public sealed record Recovered(
    HardState HardState,
    LogPosition Applied,
    Configuration Configuration,
    LogPosition LogStart,
    IReadOnlyList<TermRun> TermRuns,
    IReadOnlyList<Entry> Tail);
