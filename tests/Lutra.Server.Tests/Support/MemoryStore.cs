using System.Collections.Immutable;

namespace Lutra.Server.Tests.Support;

/// <summary>A store in memory, just enough of one for a face to stand on: every revision is kept whole.</summary>
internal sealed class MemoryStore : ILutraClient
{
    private readonly Lock gate = new();
    private readonly List<ImmutableSortedDictionary<byte[], KeyValue>> history =
        [ImmutableSortedDictionary.Create<byte[], KeyValue>(Comparer<byte[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right)))];

    private long compacted;
    private int arrived;

    /// <summary>Thrown, where set, by every call to the store.</summary>
    public LutraException? Failure { get; set; }

    /// <summary>Awaited by every read and write, where set.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>Completes when so many reads have come to <see cref="Gate"/>.</summary>
    public async Task Waiting(int reads)
    {
        while (Volatile.Read(ref arrived) < reads)
            await Task.Yield();
    }

    public NodeStatus Status { get; set; } = new(
        "1", "00000000000000aa", "00000000000000cc", "lutra", NodeRole.Leader, 3, "1", "localhost:2379", 9, 8, 10, new Revision(1), default, 1, "0.1.0",
        "ok", []);

    public WriteOptions LastWriteOptions { get; private set; }

    public Consistency LastConsistency { get; private set; }

    public PutOperation? LastPut { get; private set; }

    public RangeOperation? LastRange { get; private set; }

    public Operation? LastOperation { get; private set; }

    private Revision Revision => new(history.Count);

    public ValueTask<PutResult> PutAsync(PutOperation put, WriteOptions options = default, CancellationToken cancellationToken = default)
    {
        LastPut = put;
        return WriteAsync(put, options, result => (PutResult)result);
    }

    public ValueTask<DeleteResult> DeleteAsync(DeleteOperation delete, WriteOptions options = default, CancellationToken cancellationToken = default) =>
        WriteAsync(delete, options, result => (DeleteResult)result);

    public ValueTask<TransactionResult> TransactAsync(
        TransactionOperation transaction, WriteOptions options = default, CancellationToken cancellationToken = default) =>
        WriteAsync(transaction, options, result => (TransactionResult)result);

    public async ValueTask<RangeResult> RangeAsync(RangeOperation range, ReadOptions options = default, CancellationToken cancellationToken = default)
    {
        (LastRange, LastOperation, LastConsistency) = (range, range, options.Consistency);
        Interlocked.Increment(ref arrived);
        await Gate.WaitAsync(cancellationToken);
        if (Failure is not null)
            throw Failure;
        lock (gate)
            return Read(range, history[^1]);
    }

    public ValueTask<CompactResult> CompactAsync(Revision revision, CancellationToken cancellationToken = default)
    {
        if (Failure is not null)
            throw Failure;
        lock (gate)
        {
            if (revision.Value > history.Count)
                throw new LutraException(LutraError.FutureRevision, $"Revision {revision} is not there yet.");
            compacted = revision.Value;
            return ValueTask.FromResult(new CompactResult(Revision));
        }
    }

    public ValueTask<GrantLeaseResult> GrantLeaseAsync(long ttlSeconds, long lease = 0, CancellationToken cancellationToken = default) => throw NoLeases;

    public ValueTask<LeaseStatus> KeepAliveAsync(long lease, CancellationToken cancellationToken = default) => throw NoLeases;

    public ValueTask<RevokeLeaseResult> RevokeLeaseAsync(long lease, CancellationToken cancellationToken = default) => throw NoLeases;

    public ValueTask<LeaseStatus> LeaseAsync(long lease, bool withKeys = false, CancellationToken cancellationToken = default) => throw NoLeases;

    public ValueTask<ImmutableArray<long>> LeasesAsync(CancellationToken cancellationToken = default) => throw NoLeases;

    public IAsyncEnumerable<WatchBatch> WatchAsync(WatchOperation watch, CancellationToken cancellationToken = default) => throw NoLeases;

    public IAsyncEnumerable<ReadOnlyMemory<byte>> SnapshotAsync(ReadOptions options = default, CancellationToken cancellationToken = default) => throw NoLeases;

    public ValueTask<NodeStatus> StatusAsync(CancellationToken cancellationToken = default) =>
        Failure is null ? ValueTask.FromResult(Status) : throw Failure;

    public ValueTask<MemberList> MembersAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult(new MemberList(
        "00000000000000cc",
        [
            new ClusterMember("00000000000000a1", "1", "localhost:2379", "localhost:2379", false, true, true),
            new ClusterMember("00000000000000a2", "otter", "localhost:2381", "localhost:2381", true, false, false),
        ]));

    public ValueTask<MemberChangeResult> ChangeMembersAsync(MemberChange change, CancellationToken cancellationToken = default) => throw NoLeases;

    public ValueTask<string> MoveLeaderAsync(string? to = null, CancellationToken cancellationToken = default) => throw NoLeases;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    // Leases, watches and changes of members are tested on real nodes.
    private static LutraException NoLeases => new(LutraError.Unavailable, "This store in memory has neither leases nor watches, nor members.");

    private async ValueTask<T> WriteAsync<T>(Operation operation, WriteOptions options, Func<OperationResult, T> cast)
    {
        (LastWriteOptions, LastOperation) = (options, operation);
        await Gate;
        if (Failure is not null)
            throw Failure;
        lock (gate)
        {
            var state = history[^1];
            var result = Do(operation, ref state);
            if (!ReferenceEquals(state, history[^1]))
                history.Add(state);
            return cast(result);
        }
    }

    private OperationResult Do(Operation operation, ref ImmutableSortedDictionary<byte[], KeyValue> state)
    {
        var next = new Revision(history.Count + 1);
        switch (operation)
        {
            case PutOperation put:
                state.TryGetValue(put.Key.ToArray(), out var previous);
                state = state.SetItem(put.Key.ToArray(), new KeyValue(
                    put.Key, put.IgnoreValue ? previous!.Value : put.Value, previous?.CreateRevision ?? next, next, (previous?.Version ?? 0) + 1, put.Lease));
                return new PutResult(next, put.ReturnPrevious ? previous : null);
            case DeleteOperation delete:
                var gone = state.Values.Where(entry => delete.Range.Contains(entry.Key.Span)).ToImmutableArray();
                state = state.RemoveRange(gone.Select(entry => entry.Key.ToArray()));
                return new DeleteResult(gone.IsEmpty ? Revision : next, gone.Length, delete.ReturnPrevious ? gone : []);
            case RangeOperation range:
                return Read(range, state);
            case TransactionOperation transaction:
                var seen = state;
                var holds = transaction.Compares.All(compare => Holds(compare, seen));
                var results = new List<OperationResult>();
                foreach (var one in holds ? transaction.Then : transaction.Else)
                    results.Add(Do(one, ref state));
                return new TransactionResult(ReferenceEquals(seen, state) ? Revision : next, holds, [.. results]);
            default:
                throw new NotSupportedException(operation.ToString());
        }
    }

    private RangeResult Read(RangeOperation range, ImmutableSortedDictionary<byte[], KeyValue> state)
    {
        if (range.Revision.Value > history.Count)
            throw new LutraException(LutraError.FutureRevision, $"Revision {range.Revision} is not there yet.");
        if (range.Revision.Value > 0 && range.Revision.Value < compacted)
            throw new LutraException(LutraError.Compacted, $"Revision {range.Revision} was compacted away.");
        if (range.Revision.Value > 0)
            state = history[(int)range.Revision.Value - 1];
        var all = state.Values.Where(entry => range.Range.Contains(entry.Key.Span)).ToList();
        var found = all.Where(entry => range.MinModRevision.Value == 0 || entry.ModRevision >= range.MinModRevision);
        if (range.Sort == SortTarget.ModRevision)
            found = found.OrderBy(entry => entry.ModRevision);
        if (range.Descending)
            found = found.Reverse();
        var kept = found.ToList();
        var page = kept.Take(range.Limit == 0 ? int.MaxValue : (int)range.Limit);
        if (range.KeysOnly)
            page = page.Select(entry => entry with { Value = default });
        return new RangeResult(Revision, range.CountOnly ? [] : [.. page], all.Count, range.Limit > 0 && kept.Count > range.Limit);
    }

    private static bool Holds(Compare compare, ImmutableSortedDictionary<byte[], KeyValue> state)
    {
        var entries = state.Values.Where(entry => compare.Range.Contains(entry.Key.Span)).DefaultIfEmpty();
        return entries.All(entry =>
        {
            var order = compare.Target switch
            {
                CompareTarget.Version => (entry?.Version ?? 0).CompareTo(compare.Number),
                CompareTarget.CreateRevision => (entry?.CreateRevision.Value ?? 0).CompareTo(compare.Number),
                CompareTarget.ModRevision => (entry?.ModRevision.Value ?? 0).CompareTo(compare.Number),
                CompareTarget.Lease => (entry?.Lease ?? 0).CompareTo(compare.Number),
                _ => entry is null ? (int?)null : entry.Value.Span.SequenceCompareTo(compare.Value.Span),
            };
            return compare.Result switch
            {
                CompareResult.Equal => order == 0,
                CompareResult.NotEqual => order is not null and not 0,
                CompareResult.Greater => order > 0,
                _ => order < 0,
            };
        });
    }
}
