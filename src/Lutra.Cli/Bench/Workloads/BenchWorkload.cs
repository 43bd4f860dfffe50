using Google.Protobuf;
using Lutra.Protocol.Etcd;

namespace Lutra.Cli.Bench.Workloads;

/// <summary>What is asked for, again and again.</summary>
internal abstract class BenchWorkload(BenchPlan plan) : IAsyncDisposable
{
    protected const string PutMethod = "etcdserverpb.KV/Put";
    protected const string RangeMethod = "etcdserverpb.KV/Range";
    protected const string TxnMethod = "etcdserverpb.KV/Txn";

    protected BenchPlan Plan => plan;

    /// <summary>What the workers' own clocks do not see; null where they see it.</summary>
    public virtual LatencyHistogram? Observed => null;

    /// <summary>Before the warm-up, once.</summary>
    public virtual Task PrepareAsync(IReadOnlyList<BenchWorker> workers, Action<long, long> progress, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>One operation. What it throws counts as an error.</summary>
    public abstract ValueTask StepAsync(BenchWorker worker, CancellationToken cancellationToken);

    /// <summary>What was observed up to now does not count.</summary>
    public virtual void BeginCounting()
    {
    }

    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected static ByteString Key(int number) => ByteString.CopyFromUtf8($"bench/{number:d8}");

    protected ByteString AnyKey(BenchWorker worker) => Key(worker.Random.Next(plan.Keys));

    protected static async ValueTask PutAsync(BenchWorker worker, ByteString key, CancellationToken cancellationToken) => await worker.Channel.CallAsync(
        PutMethod, new PutRequest { Key = key, Value = UnsafeByteOperations.UnsafeWrap(worker.NextValue()) }, PutResponse.Parser, cancellationToken);

    /// <summary>Puts every key as often as the plan says, one after the other and then all again.</summary>
    protected Task FillAsync(IReadOnlyList<BenchWorker> workers, Action<long, long> progress, CancellationToken cancellationToken)
    {
        var next = -1L;
        var puts = (long)plan.Keys * plan.Versions;
        return Task.WhenAll(workers.Select(worker => Task.Run(
            async () =>
            {
                for (var number = Interlocked.Increment(ref next); number < puts; number = Interlocked.Increment(ref next))
                {
                    await PutAsync(worker, Key((int)(number % plan.Keys)), cancellationToken);
                    if (number % 1000 == 0)
                        progress(number, puts);
                }
            },
            cancellationToken)));
    }
}
