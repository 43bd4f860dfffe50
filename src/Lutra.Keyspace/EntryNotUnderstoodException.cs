using Lutra.Raft;

namespace Lutra.Keyspace;

/// <summary>
/// A committed entry that this build cannot apply. Skipping it would make this node differ from the others, so the node stops. The message
/// says what the entry needs.
/// </summary>
public sealed class EntryNotUnderstoodException(LogPosition position, FormatException reason)
    : Exception($"Entry {position} of the log cannot be applied: {reason.Message}", reason)
{
    public LogPosition Position { get; } = position;

    /// <summary>The feature level that the entry needs, where that is why; null: its bytes are no command.</summary>
    public uint? RequiredLevel { get; } = (reason as FeatureLevelException)?.Required;
}

/// <summary>These bytes are for builds that know a higher feature level.</summary>
public sealed class FeatureLevelException(uint required)
    : FormatException(
        $"it needs feature level {required}, and this build knows levels up to {KeyspaceLimits.FeatureLevel}: "
        + $"run a version that knows level {required}")
{
    public uint Required { get; } = required;
}
