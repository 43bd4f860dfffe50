using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Lutra.Client.Grpc;
using Lutra.Client.Login;
using Lutra.Client.Rest;
using Lutra.Client.Retry;

namespace Lutra.Client;

/// <summary>
/// The store on servers elsewhere. A call goes to the server that answered last and, where that fails, to the others. Reads are tried again until their time
/// is up. So are writes that were certainly not done; one whose answer is lost only with an idempotency key, else it ends as
/// <see cref="LutraError.OutcomeUnknown"/>. A cancelled write may or may not be done.
/// </summary>
public sealed class LutraClient : ILutraClient
{
    private const int GeneratedKeyBytes = 16;

    // A renewal that is late is lost: one server that hangs must not use up the life of a short lease before the next is asked.
    private const int KeepAlivesPerAttempt = 4;

    private readonly IClientTransport transport;
    private readonly ILutraClient[] endpoints;
    private readonly LutraClientOptions options;
    private readonly CallLoop calls;
    private readonly CallLoop keepAlives;
    private readonly LoginSession? session;
    private readonly ClientLife life = new();

    /// <summary>A client over <see cref="LutraClientOptions.Transport"/>. Throws <see cref="Tls.TlsException"/> where a certificate's file cannot be used.</summary>
    public LutraClient(LutraClientOptions options)
        : this(options, options.Credentials is { } credentials ? new LoginSession(credentials) : null)
    {
    }

    private LutraClient(LutraClientOptions options, LoginSession? session)
        : this(options, options.Transport == LutraTransport.Rest ? new RestTransport(options.Tls, session) : new GrpcTransport(options.Tls, null, session), session)
    {
    }

    /// <summary>A client over <paramref name="transport"/>, which it disposes of.</summary>
    public LutraClient(LutraClientOptions options, IClientTransport transport)
        : this(options, transport, null)
    {
    }

    private LutraClient(LutraClientOptions options, IClientTransport transport, LoginSession? session)
    {
        options.Validate();
        this.options = options;
        this.transport = transport;
        endpoints = [.. options.Endpoints.Select(transport.Open)];
        calls = new CallLoop(endpoints, options, life, session);
        keepAlives = new CallLoop(endpoints, options with { AttemptTimeout = options.AttemptTimeout / KeepAlivesPerAttempt }, life, session);
        this.session = session;
        Users = new ClientUsers(calls);
    }

    /// <summary>A client of the servers in a list such as <c>localhost:2379,localhost:2381</c>.</summary>
    public static LutraClient Connect(string endpoints) => new(new LutraClientOptions { Endpoints = Client.Endpoints.ParseList(endpoints) });

    /// <inheritdoc/>
    public ILutraUsers Users { get; }

    public ValueTask<PutResult> PutAsync(PutOperation put, WriteOptions options = default, CancellationToken cancellationToken = default)
    {
        var (known, safety) = Prepare(options);
        return calls.RunAsync(safety, (endpoint, stop) => endpoint.PutAsync(put, known, stop), cancellationToken);
    }

    public ValueTask<DeleteResult> DeleteAsync(DeleteOperation delete, WriteOptions options = default, CancellationToken cancellationToken = default)
    {
        var (known, safety) = Prepare(options);
        return calls.RunAsync(safety, (endpoint, stop) => endpoint.DeleteAsync(delete, known, stop), cancellationToken);
    }

    public ValueTask<RangeResult> RangeAsync(RangeOperation range, ReadOptions options = default, CancellationToken cancellationToken = default) =>
        calls.RunAsync(CallSafety.Read, (endpoint, stop) => endpoint.RangeAsync(range, options, stop), cancellationToken);

    public ValueTask<TransactionResult> TransactAsync(
        TransactionOperation transaction, WriteOptions options = default, CancellationToken cancellationToken = default)
    {
        var (known, safety) = Prepare(options);
        return calls.RunAsync(safety, (endpoint, stop) => endpoint.TransactAsync(transaction, known, stop), cancellationToken);
    }

    // Repeating a compaction changes nothing more, but the repeat would be told that its revision is gone.
    public ValueTask<CompactResult> CompactAsync(Revision revision, CancellationToken cancellationToken = default) =>
        calls.RunAsync(CallSafety.WriteOnce, (endpoint, stop) => endpoint.CompactAsync(revision, stop), cancellationToken);

    // A repeat might grant a second lease; nobody holds the first, and it ends by itself.
    public ValueTask<GrantLeaseResult> GrantLeaseAsync(long ttlSeconds, long lease = 0, CancellationToken cancellationToken = default) =>
        calls.RunAsync(
            lease == 0 ? CallSafety.WriteWithKey : CallSafety.WriteOnce, (endpoint, stop) => endpoint.GrantLeaseAsync(ttlSeconds, lease, stop), cancellationToken);

    public ValueTask<LeaseStatus> KeepAliveAsync(long lease, CancellationToken cancellationToken = default) =>
        keepAlives.RunAsync(CallSafety.Read, (endpoint, stop) => endpoint.KeepAliveAsync(lease, stop), cancellationToken);

    public ValueTask<RevokeLeaseResult> RevokeLeaseAsync(long lease, CancellationToken cancellationToken = default) =>
        calls.RunAsync(CallSafety.WriteOnce, (endpoint, stop) => endpoint.RevokeLeaseAsync(lease, stop), cancellationToken);

    public ValueTask<LeaseStatus> LeaseAsync(long lease, bool withKeys = false, CancellationToken cancellationToken = default) =>
        calls.RunAsync(CallSafety.Read, (endpoint, stop) => endpoint.LeaseAsync(lease, withKeys, stop), cancellationToken);

    public ValueTask<ImmutableArray<long>> LeasesAsync(CancellationToken cancellationToken = default) =>
        calls.RunAsync(CallSafety.Read, static (endpoint, stop) => endpoint.LeasesAsync(stop), cancellationToken);

    public IAsyncEnumerable<WatchBatch> WatchAsync(WatchOperation watch, CancellationToken cancellationToken = default) =>
        new LastingWatch(endpoints, options, life, session).FollowAsync(watch, cancellationToken);

    public IAsyncEnumerable<ReadOnlyMemory<byte>> SnapshotAsync(ReadOptions options = default, CancellationToken cancellationToken = default) =>
        new OneSnapshot(calls, life).StreamAsync(options, cancellationToken);

    public ValueTask<NodeStatus> StatusAsync(CancellationToken cancellationToken = default) =>
        calls.RunAsync(CallSafety.Read, static (endpoint, stop) => endpoint.StatusAsync(stop), cancellationToken);

    public ValueTask<MemberList> MembersAsync(CancellationToken cancellationToken = default) =>
        calls.RunAsync(CallSafety.Read, static (endpoint, stop) => endpoint.MembersAsync(stop), cancellationToken);

    // What is so already stays so, but a repeat of a removal would be told that there is no such member.
    public ValueTask<MemberChangeResult> ChangeMembersAsync(MemberChange change, CancellationToken cancellationToken = default) =>
        calls.RunAsync(CallSafety.WriteOnce, (endpoint, stop) => endpoint.ChangeMembersAsync(change, stop), cancellationToken);

    public ValueTask<string> MoveLeaderAsync(string? to = null, CancellationToken cancellationToken = default) =>
        calls.RunAsync(CallSafety.WriteOnce, (endpoint, stop) => endpoint.MoveLeaderAsync(to, stop), cancellationToken);

    /// <summary>
    /// Calls and watches that are under way end at once: reads and watches as <see cref="LutraError.Stopped"/>, writes as
    /// <see cref="LutraError.OutcomeUnknown"/>. Safe from many threads, and again.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await life.DisposeAsync();
        foreach (var endpoint in endpoints)
            await endpoint.DisposeAsync();
        await transport.DisposeAsync();
    }

    private (WriteOptions Options, CallSafety Safety) Prepare(WriteOptions given)
    {
        if (given.IdempotencyKey is { } key)
        {
            CheckKey(key);
            return (given, CallSafety.WriteWithKey);
        }

        return options.AddIdempotencyKeys ? (given with { IdempotencyKey = NewKey() }, CallSafety.WriteWithKey) : (given, CallSafety.WriteOnce);
    }

    private string NewKey()
    {
        var bytes = new byte[GeneratedKeyBytes];
        options.Random.NextBytes(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    private static void CheckKey(string key)
    {
        var size = Encoding.UTF8.GetByteCount(key);
        if (size is 0 || key.Any(char.IsControl) || key.Trim().Length != key.Length)
            throw new LutraException(LutraError.InvalidArgument, "An idempotency key is not empty, and has no control characters and no blanks at its ends.");
        if (size > WriteOptions.IdempotencyKeyBytesMax)
            throw new LutraException(LutraError.TooLarge, string.Create(
                CultureInfo.InvariantCulture, $"The idempotency key has {size} bytes; the limit is {WriteOptions.IdempotencyKeyBytesMax} bytes, and fixed."));
    }
}
