using System.Collections.Immutable;

namespace Lutra.Keyspace.Commands;

/// <summary>What an entry of the log asks of the keyspace. Every face of the server translates into these; none adds its own.</summary>
public abstract record Command;

/// <summary>A put, a delete or a transaction.</summary>
public sealed record WriteCommand(Operation Operation) : Command;

/// <summary>Raises the compaction floor.</summary>
public sealed record CompactCommand(Revision Revision) : Command;

/// <summary>From here on the log may hold what level <paramref name="Level"/> brought.</summary>
public sealed record SetFeatureLevelCommand(uint Level) : Command;

/// <summary>Grants a lease under a number drawn by the proposer.</summary>
public sealed record GrantLeaseCommand(long Lease, long TtlSeconds) : Command;

/// <summary>Ends a lease and deletes the keys attached to it, at one revision.</summary>
/// <param name="Term">Where given, the leader of this term found it expired: void in an entry of another term, whose leader counts anew (pitfall K03).</param>
public sealed record RevokeLeaseCommand(long Lease, ulong? Term = null) : Command;

/// <summary>What a leader of <paramref name="Term"/> found that leases have left, for a leader after it; void in an entry of another term.</summary>
public sealed record CheckpointLeasesCommand(ulong Term, ImmutableArray<LeaseRemaining> Leases) : Command
{
    public bool Equals(CheckpointLeasesCommand? other) => other is not null && Term == other.Term && Leases.SequenceEqual(other.Leases);

    public override int GetHashCode() => HashCode.Combine(Term, Leases.Length);
}

/// <param name="Seconds">What is left; 0: all of it.</param>
public readonly record struct LeaseRemaining(long Lease, long Seconds);

/// <summary>
/// Opens a session under a number drawn by the proposer; its ttl counts in the log's time. For an open session it is a sign of life and
/// sets the ttl anew.
/// </summary>
public sealed record OpenSessionCommand(ulong Session, long TtlMillis) : Command;

/// <summary>Ends a session: its holder asked, or the leader found it expired.</summary>
/// <param name="LastUsedMillis">Where given, only a session ends that was not used since this time of the log: what the leader saw when it
/// found it expired.</param>
public sealed record CloseSessionCommand(ulong Session, long? LastUsedMillis = null) : Command;
