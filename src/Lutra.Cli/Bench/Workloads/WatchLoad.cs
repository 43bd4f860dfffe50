using System.Buffers.Binary;
using System.Diagnostics;
using Google.Protobuf;
using Lutra.Client.Grpc;
using Lutra.Protocol.Etcd;

namespace Lutra.Cli.Bench.Workloads;

/// <summary>Workers put, watchers follow all keys; what is counted is each event at each watcher, from when its put was sent.</summary>
internal sealed class WatchLoad(BenchPlan plan) : BenchWorkload(plan)
{
    /// <summary>One call carries so many watches, as etcd's own client does.</summary>
    private const int WatchesPerCall = 100;

    private readonly Lock gate = new();
    private readonly CancellationTokenSource ending = new();
    private readonly List<Task> following = [];
    private LatencyHistogram observed = new();

    public override LatencyHistogram Observed
    {
        get
        {
            lock (gate)
                return observed;
        }
    }

    public override async Task PrepareAsync(IReadOnlyList<BenchWorker> workers, Action<long, long> progress, CancellationToken cancellationToken)
    {
        for (var begun = 0; begun < Plan.Watchers; begun += WatchesPerCall)
        {
            var count = Math.Min(WatchesPerCall, Plan.Watchers - begun);
            var call = workers[begun / WatchesPerCall % workers.Count].Channel.Open("etcdserverpb.Watch/Watch", WatchResponse.Parser, ending.Token);
            for (var at = 0; at < count; at++)
            {
                await call.SendAsync(
                    new WatchRequest { CreateRequest = new WatchCreateRequest { Key = ByteString.CopyFromUtf8("bench/"), RangeEnd = ByteString.CopyFromUtf8("bench0") } },
                    cancellationToken);
            }

            for (var created = 0; created < count;)
                created += (await call.ReadAsync(cancellationToken))?.Created == true ? 1 : 0;
            following.Add(Task.Run(() => FollowAsync(call), CancellationToken.None));
            progress(begun + count, Plan.Watchers);
        }
    }

    public override async ValueTask StepAsync(BenchWorker worker, CancellationToken cancellationToken)
    {
        var value = worker.NextValue();
        BinaryPrimitives.WriteInt64LittleEndian(value, Stopwatch.GetTimestamp());
        await worker.Channel.CallAsync(
            PutMethod, new PutRequest { Key = AnyKey(worker), Value = UnsafeByteOperations.UnsafeWrap(value) }, PutResponse.Parser, cancellationToken);
    }

    public override void BeginCounting()
    {
        lock (gate)
            observed = new LatencyHistogram();
    }

    public override async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await Task.WhenAll(following);
        ending.Dispose();
        await base.DisposeAsync();
    }

    private async Task FollowAsync(GrpcStream<WatchResponse> call)
    {
        try
        {
            while (await call.ReadAsync(ending.Token) is { } told)
            {
                lock (gate)
                {
                    foreach (var change in told.Events)
                        observed.Add(Stopwatch.GetElapsedTime(BinaryPrimitives.ReadInt64LittleEndian(change.Kv.Value.Span)));
                }
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or GrpcException)
        {
            // The run is over, or the server went: then the puts fail, too.
        }
        finally
        {
            await call.DisposeAsync();
        }
    }
}
