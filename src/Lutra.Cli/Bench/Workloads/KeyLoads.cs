using Google.Protobuf;
using Lutra.Protocol.Etcd;
using Wire = Lutra.Protocol.Etcd.Compare;

namespace Lutra.Cli.Bench.Workloads;

/// <summary>Puts a random key.</summary>
internal sealed class PutLoad(BenchPlan plan) : BenchWorkload(plan)
{
    public override ValueTask StepAsync(BenchWorker worker, CancellationToken cancellationToken) => PutAsync(worker, AnyKey(worker), cancellationToken);
}

/// <summary>Reads a random key, linearizably.</summary>
internal sealed class RangeLoad(BenchPlan plan) : BenchWorkload(plan)
{
    public override Task PrepareAsync(IReadOnlyList<BenchWorker> workers, Action<long, long> progress, CancellationToken cancellationToken) =>
        FillAsync(workers, progress, cancellationToken);

    public override async ValueTask StepAsync(BenchWorker worker, CancellationToken cancellationToken) =>
        await worker.Channel.CallAsync(RangeMethod, new RangeRequest { Key = AnyKey(worker) }, RangeResponse.Parser, cancellationToken);
}

/// <summary>Reads 500 keys in their order from a random place on, linearizably.</summary>
internal sealed class ListLoad(BenchPlan plan) : BenchWorkload(plan)
{
    private const int PageKeys = 500;

    public override Task PrepareAsync(IReadOnlyList<BenchWorker> workers, Action<long, long> progress, CancellationToken cancellationToken) =>
        FillAsync(workers, progress, cancellationToken);

    public override async ValueTask StepAsync(BenchWorker worker, CancellationToken cancellationToken) => await worker.Channel.CallAsync(
        RangeMethod, new RangeRequest { Key = Key(worker.Random.Next(Math.Max(1, Plan.Keys - PageKeys))), RangeEnd = ByteString.CopyFromUtf8("bench0"), Limit = PageKeys },
        RangeResponse.Parser, cancellationToken);
}

/// <summary>Four reads to each put, over the same keys.</summary>
internal sealed class MixedLoad(BenchPlan plan) : BenchWorkload(plan)
{
    public override Task PrepareAsync(IReadOnlyList<BenchWorker> workers, Action<long, long> progress, CancellationToken cancellationToken) =>
        FillAsync(workers, progress, cancellationToken);

    public override async ValueTask StepAsync(BenchWorker worker, CancellationToken cancellationToken)
    {
        if (worker.Random.Next(5) == 0)
            await PutAsync(worker, AnyKey(worker), cancellationToken);
        else
            await worker.Channel.CallAsync(RangeMethod, new RangeRequest { Key = AnyKey(worker) }, RangeResponse.Parser, cancellationToken);
    }
}

/// <summary>Each worker sets a key of its own where it is what the worker last set it to: a transaction that compares, and always succeeds.</summary>
internal sealed class CompareAndSwapLoad(BenchPlan plan) : BenchWorkload(plan)
{
    private readonly long[] last = new long[plan.Workers];

    public override async Task PrepareAsync(IReadOnlyList<BenchWorker> workers, Action<long, long> progress, CancellationToken cancellationToken)
    {
        foreach (var worker in workers)
        {
            var put = new PutRequest { Key = Key(worker.Number), Value = ByteString.Empty };
            last[worker.Number] = (await worker.Channel.CallAsync(PutMethod, put, PutResponse.Parser, cancellationToken)).Header.Revision;
        }
    }

    public override async ValueTask StepAsync(BenchWorker worker, CancellationToken cancellationToken)
    {
        var key = Key(worker.Number);
        var request = new TxnRequest();
        request.Compare.Add(new Wire { Key = key, Target = Wire.Types.CompareTarget.Mod, Result = Wire.Types.CompareResult.Equal, ModRevision = last[worker.Number] });
        request.Success.Add(new RequestOp { RequestPut = new PutRequest { Key = key, Value = UnsafeByteOperations.UnsafeWrap(worker.NextValue()) } });
        var done = await worker.Channel.CallAsync(TxnMethod, request, TxnResponse.Parser, cancellationToken);
        if (!done.Succeeded)
            throw new InvalidOperationException("A key changed that nobody else writes.");
        last[worker.Number] = done.Header.Revision;
    }
}

/// <summary>Grants a lease, and revokes it.</summary>
internal sealed class LeaseLoad(BenchPlan plan) : BenchWorkload(plan)
{
    public override async ValueTask StepAsync(BenchWorker worker, CancellationToken cancellationToken)
    {
        var granted = await worker.Channel.CallAsync("etcdserverpb.Lease/LeaseGrant", new LeaseGrantRequest { TTL = 60 }, LeaseGrantResponse.Parser, cancellationToken);
        await worker.Channel.CallAsync("etcdserverpb.Lease/LeaseRevoke", new LeaseRevokeRequest { ID = granted.ID }, LeaseRevokeResponse.Parser, cancellationToken);
    }
}
