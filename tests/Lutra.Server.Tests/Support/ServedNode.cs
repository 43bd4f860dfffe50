using System.Collections.Immutable;
using Lutra.Server.Auth;
using Lutra.Server.Tls;

namespace Lutra.Server.Tests.Support;

/// <summary>A real node behind a real server on one free port: the server first, because the node must know the port.</summary>
internal sealed class ServedNode : IAsyncDisposable
{
    // A machine that stands still for seconds must not end a test.
    private const int PatientMillis = 120_000;

    private readonly NodeToBe door;

    private ServedNode(NodeToBe door, LutraServer server)
    {
        this.door = door;
        Server = server;
    }

    public LutraServer Server { get; }

    public LutraNode Node => door.Node ?? throw new InvalidOperationException("The node has not started.");

    public string Address => $"127.0.0.1:{Server.Address.Port}";

    public static async Task<ServedNode> ListenAsync(
        string address = "127.0.0.1:0", Server.Etcd.EtcdFaceOptions? etcd = null, AuthOptions? auth = null, ServerTlsOptions? tls = null)
    {
        var door = new NodeToBe();
        var server = await LutraServer.StartAsync(door, new LutraServerOptions
        {
            Address = address,
            ClassifyTimeout = TimeSpan.FromSeconds(120),
            EtcdNode = () => door.Node,
            Etcd = etcd ?? new(),
            Auth = auth ?? new(),
            Tls = tls,
            Rest = new Server.Rest.RestFaceOptions
            {
                PeerDoor = (stream, remote, proof) => door.Node?.AcceptPeerAsync(stream, remote, proof) ?? Task.CompletedTask,
                Report = (patience, stop) => door.Node?.ReportAsync(patience, stop) ?? throw new LutraException(LutraError.Unavailable, "The node has not started."),
            },
        });
        return new ServedNode(door, server);
    }

    /// <summary>Starts the node in <paramref name="directory"/>: after it was stopped, again.</summary>
    /// <param name="peerAddress">Where its peers reach it; null: where its clients do.</param>
    public async Task StartAsync(
        string directory, string label = "1", IReadOnlyList<string>? peers = null, int bcryptCost = 10, int requestTimeoutMillis = PatientMillis, string? peerAddress = null,
        bool join = false) => door.Node = await LutraNode.StartAsync(new()
        {
            Label = label,
            LabelGiven = peers is not null,
            Directory = directory,
            Address = Address,
            PeerAddress = peerAddress,
            Peers = peers ?? [],
            Join = join,
            SegmentSizeBytes = 4 * 1024 * 1024,
            BcryptCost = bcryptCost,
            RequestTimeoutMillis = requestTimeoutMillis,
        });

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        if (door.Node is { } node)
            await node.DisposeAsync();
    }

    private sealed class NodeToBe : ILutraClient
    {
        public LutraNode? Node { get; set; }

        private LutraNode Started => Node ?? throw new LutraException(LutraError.Unavailable, "The node has not started.");

        public ValueTask<PutResult> PutAsync(PutOperation put, WriteOptions options = default, CancellationToken cancellationToken = default) =>
            Started.PutAsync(put, options, cancellationToken);

        public ValueTask<DeleteResult> DeleteAsync(DeleteOperation delete, WriteOptions options = default, CancellationToken cancellationToken = default) =>
            Started.DeleteAsync(delete, options, cancellationToken);

        public ValueTask<RangeResult> RangeAsync(RangeOperation range, ReadOptions options = default, CancellationToken cancellationToken = default) =>
            Started.RangeAsync(range, options, cancellationToken);

        public ValueTask<TransactionResult> TransactAsync(
            TransactionOperation transaction, WriteOptions options = default, CancellationToken cancellationToken = default) =>
            Started.TransactAsync(transaction, options, cancellationToken);

        public ValueTask<CompactResult> CompactAsync(Revision revision, CancellationToken cancellationToken = default) =>
            Started.CompactAsync(revision, cancellationToken);

        public ValueTask<GrantLeaseResult> GrantLeaseAsync(long ttlSeconds, long lease = 0, CancellationToken cancellationToken = default) =>
            Started.GrantLeaseAsync(ttlSeconds, lease, cancellationToken);

        public ValueTask<LeaseStatus> KeepAliveAsync(long lease, CancellationToken cancellationToken = default) =>
            Started.KeepAliveAsync(lease, cancellationToken);

        public ValueTask<RevokeLeaseResult> RevokeLeaseAsync(long lease, CancellationToken cancellationToken = default) =>
            Started.RevokeLeaseAsync(lease, cancellationToken);

        public ValueTask<LeaseStatus> LeaseAsync(long lease, bool withKeys = false, CancellationToken cancellationToken = default) =>
            Started.LeaseAsync(lease, withKeys, cancellationToken);

        public ValueTask<ImmutableArray<long>> LeasesAsync(CancellationToken cancellationToken = default) => Started.LeasesAsync(cancellationToken);

        public IAsyncEnumerable<WatchBatch> WatchAsync(WatchOperation watch, CancellationToken cancellationToken = default) =>
            Started.WatchAsync(watch, cancellationToken);

        public IAsyncEnumerable<ReadOnlyMemory<byte>> SnapshotAsync(ReadOptions options = default, CancellationToken cancellationToken = default) =>
            Started.SnapshotAsync(options, cancellationToken);

        public ValueTask<NodeStatus> StatusAsync(CancellationToken cancellationToken = default) => Started.StatusAsync(cancellationToken);

        public ValueTask<MemberChangeResult> ChangeMembersAsync(MemberChange change, CancellationToken cancellationToken = default) =>
            Started.ChangeMembersAsync(change, cancellationToken);

        public ValueTask<string> MoveLeaderAsync(string? to = null, CancellationToken cancellationToken = default) => Started.MoveLeaderAsync(to, cancellationToken);

        public ValueTask<MemberList> MembersAsync(CancellationToken cancellationToken = default) => Started.MembersAsync(cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
