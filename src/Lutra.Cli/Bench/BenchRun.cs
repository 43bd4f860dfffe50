using System.Diagnostics;
using Lutra.Cli.Bench.Workloads;
using Lutra.Client.Grpc;

namespace Lutra.Cli.Bench;

/// <summary>Runs a workload: prepares it, warms it up, counts.</summary>
internal sealed class BenchRun(BenchPlan plan, IReadOnlyList<GrpcChannel> channels)
{
    /// <summary>So many errors end a run: something is wrong that more of them would not tell.</summary>
    private const int ErrorsMax = 1000;

    private readonly BenchWorker[] workers = [.. Enumerable.Range(0, plan.Workers).Select(number => new BenchWorker(number, channels[number % channels.Count], plan.ValueBytes))];
    private long errors;

    /// <param name="progress">Told what is being done, and how much of it is.</param>
    public async Task<BenchResult> RunAsync(string name, BenchWorkload workload, Action<string, long, long> progress, CancellationToken cancellationToken)
    {
        await workload.PrepareAsync(workers, (done, of) => progress("preparing", done, of), cancellationToken);
        await ForAsync("warming up", plan.Warmup, workload, progress, cancellationToken);
        foreach (var worker in workers)
            worker.Latencies = new LatencyHistogram();
        workload.BeginCounting();
        var elapsed = await ForAsync("counting", plan.Length, workload, progress, cancellationToken);
        var latencies = workload.Observed ?? new LatencyHistogram();
        if (workload.Observed is null)
        {
            foreach (var worker in workers)
                latencies.Add(worker.Latencies);
        }

        return new BenchResult(name, elapsed, latencies, workers.Sum(worker => worker.Errors), workers.Select(worker => worker.LastError).FirstOrDefault(error => error is not null));
    }

    private async Task<TimeSpan> ForAsync(string what, TimeSpan length, BenchWorkload workload, Action<string, long, long> progress, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var working = Task.WhenAll(workers.Select(worker => Task.Run(() => WorkAsync(worker, started, length, workload, cancellationToken), cancellationToken)));
        while (!working.IsCompleted)
        {
            progress(what, (long)Math.Min(Stopwatch.GetElapsedTime(started).TotalMilliseconds, length.TotalMilliseconds), (long)length.TotalMilliseconds);
            await Task.WhenAny(working, Task.Delay(100, CancellationToken.None));
        }

        await working;
        return Stopwatch.GetElapsedTime(started);
    }

    private async Task WorkAsync(BenchWorker worker, long started, TimeSpan length, BenchWorkload workload, CancellationToken cancellationToken)
    {
        while (Stopwatch.GetElapsedTime(started) < length && Interlocked.Read(ref errors) < ErrorsMax)
        {
            var begun = Stopwatch.GetTimestamp();
            try
            {
                await workload.StepAsync(worker, cancellationToken);
                worker.Latencies.Add(Stopwatch.GetElapsedTime(begun));
            }
            catch (Exception failed) when (failed is GrpcException or InvalidOperationException)
            {
                worker.Errors++;
                worker.LastError = failed.Message;
                Interlocked.Increment(ref errors);
            }
        }
    }
}
