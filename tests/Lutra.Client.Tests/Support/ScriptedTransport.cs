using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;

namespace Lutra.Client.Tests.Support;

/// <summary>Servers that answer by a script: one answer a call, whichever server is asked, and a note of who was asked with what key.</summary>
internal sealed class ScriptedTransport(params ScriptedTransport.Step[] script) : IClientTransport
{
    private readonly Queue<Step> steps = new(script);

    public enum Step
    {
        Done,
        Refuse,
        Unknown,
        Overloaded,
        NoSpace,
        Invalid,
        Hang,
    }

    public List<string> Asked { get; } = [];

    public List<string?> Keys { get; } = [];

    /// <summary>The revisions that watches began at.</summary>
    public List<Revision> WatchedFrom { get; } = [];

    /// <summary>What comes when the script is over.</summary>
    public Step Afterwards { get; init; } = Step.Done;

    /// <summary>The address that refusals name as the leader's; null: none.</summary>
    public string? Leader { get; set; }

    public bool IsDisposed { get; private set; }

    public ILutraClient Open(Uri endpoint) => new Server(this, endpoint);

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }

    private async ValueTask<T> AnswerAsync<T>(Uri endpoint, string? key, T done, CancellationToken stop)
    {
        Asked.Add(endpoint.Host);
        Keys.Add(key);
        switch (steps.Count > 0 ? steps.Dequeue() : Afterwards)
        {
            case Step.Done: return done;
            case Step.Refuse: throw new LutraException(LutraError.Unavailable, "no leader") { Leader = new LeaderHint("3", Leader) };
            case Step.Unknown: throw new LutraException(LutraError.OutcomeUnknown, "broken") { Leader = new LeaderHint("3", Leader) };
            case Step.Overloaded: throw new LutraException(LutraError.Overloaded, "busy");
            case Step.NoSpace: throw new LutraException(LutraError.NoSpace, "full");
            case Step.Invalid: throw new LutraException(LutraError.InvalidArgument, "nonsense");
            default:
                await Task.Delay(Timeout.InfiniteTimeSpan, stop);
                return done;
        }
    }

    private sealed class Server(ScriptedTransport transport, Uri endpoint) : ILutraClient
    {
        public ValueTask<PutResult> PutAsync(PutOperation put, WriteOptions options = default, CancellationToken cancellationToken = default) =>
            transport.AnswerAsync(endpoint, options.IdempotencyKey, new PutResult(new Revision(2), null), cancellationToken);

        public ValueTask<DeleteResult> DeleteAsync(DeleteOperation delete, WriteOptions options = default, CancellationToken cancellationToken = default) =>
            transport.AnswerAsync(endpoint, options.IdempotencyKey, new DeleteResult(new Revision(2), 1, []), cancellationToken);

        public ValueTask<RangeResult> RangeAsync(RangeOperation range, ReadOptions options = default, CancellationToken cancellationToken = default) =>
            transport.AnswerAsync(endpoint, null, new RangeResult(new Revision(2), [], 0, false), cancellationToken);

        public ValueTask<TransactionResult> TransactAsync(
            TransactionOperation transaction, WriteOptions options = default, CancellationToken cancellationToken = default) =>
            transport.AnswerAsync(endpoint, options.IdempotencyKey, new TransactionResult(new Revision(2), true, []), cancellationToken);

        public ValueTask<CompactResult> CompactAsync(Revision revision, CancellationToken cancellationToken = default) =>
            transport.AnswerAsync(endpoint, null, new CompactResult(revision), cancellationToken);

        public ValueTask<GrantLeaseResult> GrantLeaseAsync(long ttlSeconds, long lease = 0, CancellationToken cancellationToken = default) =>
            transport.AnswerAsync(endpoint, null, new GrantLeaseResult(new Revision(1), lease == 0 ? 7 : lease, ttlSeconds), cancellationToken);

        public ValueTask<LeaseStatus> KeepAliveAsync(long lease, CancellationToken cancellationToken = default) =>
            transport.AnswerAsync(endpoint, null, new LeaseStatus(lease, 30, 30, []), cancellationToken);

        public ValueTask<RevokeLeaseResult> RevokeLeaseAsync(long lease, CancellationToken cancellationToken = default) =>
            transport.AnswerAsync(endpoint, null, new RevokeLeaseResult(new Revision(2)), cancellationToken);

        public ValueTask<LeaseStatus> LeaseAsync(long lease, bool withKeys = false, CancellationToken cancellationToken = default) =>
            transport.AnswerAsync(endpoint, null, new LeaseStatus(lease, 30, 12, []), cancellationToken);

        public ValueTask<ImmutableArray<long>> LeasesAsync(CancellationToken cancellationToken = default) =>
            transport.AnswerAsync(endpoint, null, ImmutableArray.Create(7L), cancellationToken);

        /// <summary>A change a call at the next revision, until the script says something else.</summary>
        public async IAsyncEnumerable<ReadOnlyMemory<byte>> SnapshotAsync(
            ReadOptions options = default, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            yield return await transport.AnswerAsync(endpoint, null, Encoding.ASCII.GetBytes(endpoint.Host), cancellationToken);
            yield return await transport.AnswerAsync(endpoint, null, "rest"u8.ToArray(), cancellationToken);
        }

        public async IAsyncEnumerable<WatchBatch> WatchAsync(WatchOperation watch, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            transport.WatchedFrom.Add(watch.From);
            var next = watch.From.Value == 0 ? 5 : watch.From.Value;
            yield return new WatchBatch(new Revision(next - 1), []);
            while (true)
            {
                var revision = await transport.AnswerAsync(endpoint, null, new Revision(next++), cancellationToken);
                var entry = new KeyValue(watch.Range.From, watch.Range.From, revision, revision, 1);
                yield return new WatchBatch(revision, [new WatchEvent(IsDelete: false, entry, null)]);
            }
        }

        public ValueTask<NodeStatus> StatusAsync(CancellationToken cancellationToken = default) => transport.AnswerAsync(
            endpoint, null, new NodeStatus("1", "", null, "", NodeRole.Leader, 1, "1", null, 1, 1, 1, default, default, 1, "", "ok", []), cancellationToken);

        public ValueTask<MemberChangeResult> ChangeMembersAsync(MemberChange change, CancellationToken cancellationToken = default) =>
            transport.AnswerAsync(endpoint, null, new MemberChangeResult("a1", true, new MemberList("", [])), cancellationToken);

        public ValueTask<string> MoveLeaderAsync(string? to = null, CancellationToken cancellationToken = default) =>
            transport.AnswerAsync(endpoint, null, to ?? "2", cancellationToken);

        public ValueTask<MemberList> MembersAsync(CancellationToken cancellationToken = default) =>
            transport.AnswerAsync(endpoint, null, new MemberList("", []), cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
