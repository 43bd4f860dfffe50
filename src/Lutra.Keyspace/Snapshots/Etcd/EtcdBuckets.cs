namespace Lutra.Keyspace.Snapshots.Etcd;

/// <summary>The buckets of etcd's files, and the names of what lies in them.</summary>
internal static class EtcdBuckets
{
    public static ReadOnlySpan<byte> Alarm => "alarm"u8;

    public static ReadOnlySpan<byte> Auth => "auth"u8;

    /// <summary>In <see cref="Auth"/>: one byte, 1 where users are asked for.</summary>
    public static ReadOnlySpan<byte> AuthEnabled => "authEnabled"u8;

    /// <summary>In <see cref="Auth"/>: how often users and roles were changed, u64 big-endian.</summary>
    public static ReadOnlySpan<byte> AuthRevision => "authRevision"u8;

    public static ReadOnlySpan<byte> AuthRoles => "authRoles"u8;

    public static ReadOnlySpan<byte> AuthUsers => "authUsers"u8;

    public static ReadOnlySpan<byte> Cluster => "cluster"u8;

    /// <summary>Every version of every key, by revision.</summary>
    public static ReadOnlySpan<byte> Key => "key"u8;

    public static ReadOnlySpan<byte> Lease => "lease"u8;

    public static ReadOnlySpan<byte> Members => "members"u8;

    public static ReadOnlySpan<byte> MembersRemoved => "members_removed"u8;

    public static ReadOnlySpan<byte> Meta => "meta"u8;

    /// <summary>In <see cref="Meta"/>: the log index of the last entry applied, u64 big-endian.</summary>
    public static ReadOnlySpan<byte> ConsistentIndex => "consistent_index"u8;

    /// <summary>In <see cref="Meta"/>: the revision below which everything was removed.</summary>
    public static ReadOnlySpan<byte> FinishedCompactRevision => "finishedCompactRev"u8;

    /// <summary>In <see cref="Meta"/>: the revision below which everything will have been removed.</summary>
    public static ReadOnlySpan<byte> ScheduledCompactRevision => "scheduledCompactRev"u8;
}
