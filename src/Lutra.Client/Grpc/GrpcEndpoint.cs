using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Lutra.Client.Rest;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Client.Grpc;

/// <summary>
/// One server over etcd's API. Every call is one request, sent at most once. What that API has no words for (a node's own view, changes of members by name,
/// snapshots of ours) is asked of Lutra's servers by REST, over the same connection; of etcd as far as it can.
/// </summary>
internal sealed class GrpcEndpoint(GrpcServer server, RestEndpoint rest) : ILutraClient
{
    private const string Keys = "etcdserverpb.KV/";
    private const string Leases = "etcdserverpb.Lease/";

    private readonly EtcdMembers etcd = new(server);

    public ILutraUsers Users { get; } = new GrpcUsers(server);

    public ValueTask<PutResult> PutAsync(PutOperation put, WriteOptions options = default, CancellationToken cancellationToken = default) =>
        server.WriteAsync(Keys + "Put", EtcdRequests.Of(put), Pb.PutResponse.Parser, EtcdReplies.ToResult, options, cancellationToken);

    public ValueTask<DeleteResult> DeleteAsync(DeleteOperation delete, WriteOptions options = default, CancellationToken cancellationToken = default) =>
        server.WriteAsync(Keys + "DeleteRange", EtcdRequests.Of(delete), Pb.DeleteRangeResponse.Parser, EtcdReplies.ToResult, options, cancellationToken);

    public ValueTask<RangeResult> RangeAsync(RangeOperation range, ReadOptions options = default, CancellationToken cancellationToken = default) =>
        server.ReadAsync(
            Keys + "Range", EtcdRequests.Of(range, options.Consistency == Consistency.Local), Pb.RangeResponse.Parser, EtcdReplies.ToResult, cancellationToken);

    public ValueTask<TransactionResult> TransactAsync(
        TransactionOperation transaction, WriteOptions options = default, CancellationToken cancellationToken = default) =>
        server.WriteAsync(Keys + "Txn", EtcdRequests.Of(transaction), Pb.TxnResponse.Parser, EtcdReplies.ToResult, options, cancellationToken);

    public ValueTask<CompactResult> CompactAsync(Revision revision, CancellationToken cancellationToken = default) => server.WriteAsync(
        Keys + "Compact", new Pb.CompactionRequest { Revision = revision.Value }, Pb.CompactionResponse.Parser,
        static reply => new CompactResult(EtcdReplies.RevisionOf(reply.Header)), default, cancellationToken);

    public ValueTask<GrantLeaseResult> GrantLeaseAsync(long ttlSeconds, long lease = 0, CancellationToken cancellationToken = default) => server.WriteAsync(
        Leases + "LeaseGrant", new Pb.LeaseGrantRequest { TTL = ttlSeconds, ID = lease }, Pb.LeaseGrantResponse.Parser,
        static reply => new GrantLeaseResult(EtcdReplies.RevisionOf(reply.Header), reply.ID, reply.TTL), default, cancellationToken);

    public async ValueTask<LeaseStatus> KeepAliveAsync(long lease, CancellationToken cancellationToken = default)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var call = server.Open(Leases + "LeaseKeepAlive", Pb.LeaseKeepAliveResponse.Parser, default, ending.Token);
        await call.SendAsync(new Pb.LeaseKeepAliveRequest { ID = lease }, cancellationToken);
        call.Complete();
        var reply = await server.NextAsync(call, cancellationToken);
        await ending.CancelAsync();
        return reply.TTL > 0 ? new LeaseStatus(lease, reply.TTL, reply.TTL, []) : throw Missing(lease);
    }

    public ValueTask<RevokeLeaseResult> RevokeLeaseAsync(long lease, CancellationToken cancellationToken = default) => server.WriteAsync(
        Leases + "LeaseRevoke", new Pb.LeaseRevokeRequest { ID = lease }, Pb.LeaseRevokeResponse.Parser,
        static reply => new RevokeLeaseResult(EtcdReplies.RevisionOf(reply.Header)), default, cancellationToken);

    public async ValueTask<LeaseStatus> LeaseAsync(long lease, bool withKeys = false, CancellationToken cancellationToken = default)
    {
        var reply = await server.ReadAsync(
            Leases + "LeaseTimeToLive", new Pb.LeaseTimeToLiveRequest { ID = lease, Keys = withKeys }, Pb.LeaseTimeToLiveResponse.Parser, static reply => reply,
            cancellationToken);
        return reply.TTL >= 0 ? new LeaseStatus(lease, reply.GrantedTTL, reply.TTL, [.. reply.Keys.Select(static key => key.Memory)]) : throw Missing(lease);
    }

    public ValueTask<ImmutableArray<long>> LeasesAsync(CancellationToken cancellationToken = default) => server.ReadAsync(
        Leases + "LeaseLeases", new Pb.LeaseLeasesRequest(), Pb.LeaseLeasesResponse.Parser,
        static reply => reply.Leases.Select(static lease => lease.ID).Order().ToImmutableArray(), cancellationToken);

    public IAsyncEnumerable<WatchBatch> WatchAsync(WatchOperation watch, CancellationToken cancellationToken = default) =>
        new GrpcWatch(server).FollowAsync(watch, cancellationToken);

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> SnapshotAsync(
        ReadOptions options = default, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (!await server.IsOursAsync(cancellationToken))
            throw server.Refuse("makes snapshots of its own kind: save one with 'etcdctl snapshot save'");
        await foreach (var piece in rest.SnapshotAsync(options, cancellationToken))
            yield return piece;
    }

    public async ValueTask<NodeStatus> StatusAsync(CancellationToken cancellationToken = default) =>
        await server.IsOursAsync(cancellationToken) ? await rest.StatusAsync(cancellationToken) : await etcd.StatusAsync(cancellationToken);

    public async ValueTask<MemberList> MembersAsync(CancellationToken cancellationToken = default) =>
        await server.IsOursAsync(cancellationToken) ? await rest.MembersAsync(cancellationToken) : await etcd.ListAsync(cancellationToken);

    public async ValueTask<MemberChangeResult> ChangeMembersAsync(MemberChange change, CancellationToken cancellationToken = default) =>
        await server.IsOursAsync(cancellationToken) ? await rest.ChangeMembersAsync(change, cancellationToken) : await etcd.ChangeAsync(change, cancellationToken);

    public async ValueTask<string> MoveLeaderAsync(string? to = null, CancellationToken cancellationToken = default) =>
        await server.IsOursAsync(cancellationToken) ? await rest.MoveLeaderAsync(to, cancellationToken) : await etcd.MoveLeaderAsync(to, cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static LutraException Missing(long lease) => new(LutraError.LeaseNotFound, $"There is no lease {lease}: it has ended, or was never granted.");
}
