using System.Collections.Immutable;

namespace Lutra;

/// <param name="TtlSeconds">How long it lives without a sign of life.</param>
public sealed record GrantLeaseResult(Revision Revision, long Lease, long TtlSeconds) : OperationResult(Revision);

public sealed record RevokeLeaseResult(Revision Revision) : OperationResult(Revision);

/// <summary>A leader wrote down what leases have left.</summary>
public sealed record CheckpointLeasesResult(Revision Revision) : OperationResult(Revision);

/// <summary>A lease as its leader sees it.</summary>
/// <param name="GrantedTtlSeconds">What it lives without a sign of life.</param>
/// <param name="TtlSeconds">What it has left, rounded down; at 0 it is about to end.</param>
/// <param name="Keys">The keys attached to it, in their order, where they were asked for.</param>
public sealed record LeaseStatus(long Lease, long GrantedTtlSeconds, long TtlSeconds, ImmutableArray<ReadOnlyMemory<byte>> Keys);
