using System.Collections.Immutable;

namespace Lutra;

/// <summary>
/// The store as a program sees it: the same whether the program is a client of servers or holds a replica itself. Safe from many
/// threads at once. Failures are <see cref="LutraException"/>s.
/// </summary>
public interface ILutraClient : IAsyncDisposable
{
    /// <summary>Who may do what. Throws <see cref="LutraException"/> (<see cref="LutraError.InvalidArgument"/>) where the store behind knows no users.</summary>
    ILutraUsers Users => throw new LutraException(LutraError.InvalidArgument, "This store knows no users.");

    ValueTask<PutResult> PutAsync(PutOperation put, WriteOptions options = default, CancellationToken cancellationToken = default);

    ValueTask<DeleteResult> DeleteAsync(DeleteOperation delete, WriteOptions options = default, CancellationToken cancellationToken = default);

    ValueTask<RangeResult> RangeAsync(RangeOperation range, ReadOptions options = default, CancellationToken cancellationToken = default);

    ValueTask<TransactionResult> TransactAsync(
        TransactionOperation transaction, WriteOptions options = default, CancellationToken cancellationToken = default);

    /// <summary>Forgets what was overwritten or deleted before <paramref name="revision"/>; reads below it are then refused.</summary>
    ValueTask<CompactResult> CompactAsync(Revision revision, CancellationToken cancellationToken = default);

    /// <summary>
    /// Grants a lease: keys that are put with it are deleted when nobody has kept it alive for its time to live. Never earlier than that after the last
    /// keepalive that was answered.
    /// </summary>
    /// <param name="ttlSeconds">From 1; short ones are lengthened to what an election takes, and the answer says so.</param>
    /// <param name="lease">Its number, positive; 0: any free one.</param>
    ValueTask<GrantLeaseResult> GrantLeaseAsync(long ttlSeconds, long lease = 0, CancellationToken cancellationToken = default);

    /// <summary>The holder lives: the lease begins anew.</summary>
    ValueTask<LeaseStatus> KeepAliveAsync(long lease, CancellationToken cancellationToken = default);

    /// <summary>Ends a lease and deletes its keys, at one revision.</summary>
    ValueTask<RevokeLeaseResult> RevokeLeaseAsync(long lease, CancellationToken cancellationToken = default);

    /// <summary>What a lease has left.</summary>
    ValueTask<LeaseStatus> LeaseAsync(long lease, bool withKeys = false, CancellationToken cancellationToken = default);

    /// <summary>The numbers of all leases, in their order.</summary>
    ValueTask<ImmutableArray<long>> LeasesAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Follows a range: every change once, in the order of revisions, whole transactions, without a gap, for as long as it is read. The first batch says where it
    /// begins. Ends only with the token, or with a <see cref="LutraException"/>: <see cref="LutraError.Compacted"/> where changes that it wants are gone.
    /// </summary>
    IAsyncEnumerable<WatchBatch> WatchAsync(WatchOperation watch, CancellationToken cancellationToken = default);

    /// <summary>
    /// The whole store as of one revision, as the bytes of a snapshot file, in pieces: each holds until the next is asked for. Writes go on meanwhile. The bytes carry
    /// their own checksums; only when all pieces came without an exception is the snapshot whole.
    /// </summary>
    IAsyncEnumerable<ReadOnlyMemory<byte>> SnapshotAsync(ReadOptions options = default, CancellationToken cancellationToken = default);

    /// <summary>What the node asked (the first endpoint that answers) says of itself. Local: needs no majority.</summary>
    ValueTask<NodeStatus> StatusAsync(CancellationToken cancellationToken = default);

    /// <summary>The members of the cluster, as the node asked knows them. Local: needs no majority.</summary>
    ValueTask<MemberList> MembersAsync(CancellationToken cancellationToken = default);

    /// <summary>Changes who belongs to the cluster; returns once that is committed. One change at a time: others wait their turn.</summary>
    ValueTask<MemberChangeResult> ChangeMembersAsync(MemberChange change, CancellationToken cancellationToken = default);

    /// <summary>Hands leadership over; returns the label of the member that leads now.</summary>
    /// <param name="to">A voter, by label, member id or address; null: the one that is furthest.</param>
    ValueTask<string> MoveLeaderAsync(string? to = null, CancellationToken cancellationToken = default);
}
