namespace Lutra.Keyspace;

/// <summary>
/// What the keyspace takes at most. Every node must decide alike, so these are constants and no options: one of them can change only
/// together with the feature level (pitfall K05).
/// </summary>
public static class KeyspaceLimits
{
    /// <summary>The feature level this build knows: entries of the log that need a higher one stop it.</summary>
    public const uint FeatureLevel = 3;

    /// <summary>The feature level from which on entries say who asked, and change users and roles.</summary>
    public const uint AuthFeatureLevel = 2;

    /// <summary>The feature level from which on entries raise alarms and take them back.</summary>
    public const uint AlarmFeatureLevel = 3;

    /// <summary>The longest key, and the longest end of a range.</summary>
    public const int KeyBytesMax = LutraLimits.KeySizeBytesMax;

    /// <summary>
    /// The longest command, encoded: the largest values that a request may bring, and room for the longest key and all that goes with them.
    /// </summary>
    public const int CommandBytesMax = LutraLimits.RequestSizeBytesMax + (2 * KeyBytesMax);

    /// <summary>
    /// The most compares, and the most operations of either branch, of a transaction; nested ones share it (etcd's rule).
    /// </summary>
    public const int OperationsMax = LutraLimits.TransactionOperationsMax;

    /// <summary>How deep transactions nest: each level uses up at least one of <see cref="OperationsMax"/>.</summary>
    public const int TransactionDepthMax = OperationsMax;

    /// <summary>
    /// The largest answer that reads over ranges may build in memory, counted as key, value and <see cref="KeyValueOverheadBytes"/> for
    /// each key. A sort by anything but the key without a limit holds its whole range, and so is bound by this too.
    /// </summary>
    public const long AnswerBytesMax = 64L * 1024 * 1024;

    /// <summary>What a key costs in an answer beside its own bytes and its value's.</summary>
    public const int KeyValueOverheadBytes = 64;

    /// <summary>
    /// The largest answer of a command with a session or an idempotency key: it is kept, and so is bounded before anything is done.
    /// </summary>
    public const int KeptAnswerBytesMax = 64 * 1024;

    /// <summary>The idempotency keys that are remembered.</summary>
    public const ulong IdempotencyKeysMax = 100_000;

    /// <summary>How long an idempotency key is remembered, in the log's time: 24 hours.</summary>
    public const long IdempotencyMillis = 24 * 60 * 60 * 1000;

    /// <summary>The sessions open at once.</summary>
    public const long SessionsMax = 10_000;

    /// <summary>A session's last sequence numbers, of which the answers are kept.</summary>
    public const ulong SessionWindow = 256;

    public const long SessionTtlMillisMin = 1_000;

    public const long SessionTtlMillisMax = 24 * 60 * 60 * 1000;

    /// <summary>The leases at once.</summary>
    public const long LeasesMax = 1_000_000;

    /// <summary>The longest that a lease can be granted for, as in etcd.</summary>
    public const long LeaseTtlSecondsMax = 9_000_000_000;

    /// <summary>
    /// How long, in the log's time, the number of an ended session cannot be used again: a late duplicate must not open it anew.
    /// </summary>
    public const long EndedSessionMillis = 24 * 60 * 60 * 1000;

    /// <summary>The longest name of a user or a role, in bytes of UTF-8.</summary>
    public const int AuthNameBytesMax = 1024;

    public const int UsersMax = 100_000;

    public const int RolesMax = 10_000;

    public const int RolesOfUserMax = 1_000;

    public const int PermissionsOfRoleMax = 1_000;

    /// <summary>The alarms raised at once: a kind or two for each of many more members than a cluster has.</summary>
    public const int AlarmsMax = 1_000;
}
