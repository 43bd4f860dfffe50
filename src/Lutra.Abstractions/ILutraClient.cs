namespace Lutra;

/// <summary>
/// The store as a program sees it: the same whether the program is a client of servers or holds a replica itself. Safe from many
/// threads at once. Failures are <see cref="LutraException"/>s.
/// </summary>
public interface ILutraClient : IAsyncDisposable
{
    ValueTask<PutResult> PutAsync(PutOperation put, WriteOptions options = default, CancellationToken cancellationToken = default);

    ValueTask<DeleteResult> DeleteAsync(DeleteOperation delete, WriteOptions options = default, CancellationToken cancellationToken = default);

    ValueTask<RangeResult> RangeAsync(RangeOperation range, ReadOptions options = default, CancellationToken cancellationToken = default);

    ValueTask<TransactionResult> TransactAsync(
        TransactionOperation transaction, WriteOptions options = default, CancellationToken cancellationToken = default);

    /// <summary>Forgets what was overwritten or deleted before <paramref name="revision"/>; reads below it are then refused.</summary>
    ValueTask<CompactResult> CompactAsync(Revision revision, CancellationToken cancellationToken = default);

    /// <summary>What the node asked (the first endpoint that answers) says of itself. Local: needs no majority.</summary>
    ValueTask<NodeStatus> StatusAsync(CancellationToken cancellationToken = default);

    /// <summary>The members of the cluster, as the node asked knows them. Local: needs no majority.</summary>
    ValueTask<MemberList> MembersAsync(CancellationToken cancellationToken = default);
}
