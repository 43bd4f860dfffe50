using System.Collections.Concurrent;
using System.Diagnostics;
using Lutra.Bench.Load.Grpc;

namespace Lutra.Bench.Load;

/// <summary>
/// Thousands of watchers on one node, over SSE or gRPC, while somebody writes: each must be told every revision once and in order. Then some more do not read, while
/// much is written that they want: what that costs the node, and the others. A process of its own, beside the node's.
/// </summary>
internal sealed class WatchersLoad : IDisposable
{
    private const string Small = "load/";
    private const string Big = "big/";
    private const int BigValueBytes = 64 * 1024;
    private const int OpenedAtOnce = 100;

    private readonly ConcurrentDictionary<string, ConcurrentBag<long>> written = new();
    private readonly List<CountedWatcher> watchers = [];
    private readonly ServerProcess server;
    private readonly IWatchFace face;
    private readonly int keys;
    private readonly int bigWrites;

    // Before memory is looked at.
    private readonly TimeSpan settle;
    private readonly LagCounts lags;

    private WatchersLoad(ServerProcess server, IWatchFace face, LagCounts lags, int keys, int bigWrites, TimeSpan settle)
    {
        (this.server, this.face, this.lags) = (server, face, lags);
        (this.keys, this.bigWrites, this.settle) = (keys, bigWrites, settle);
        written[Small] = [];
        written[Big] = [];
    }

    public static async Task<int> RunAsync(string lutra, LoadOptions options)
    {
        var (count, calls, connections) = (options.Number("watchers", 10_000), options.Number("grpc-calls", 0), options.Number("connections", 1));
        var (perSecond, seconds, big) = (options.Number("writes-per-second", 5), options.Number("seconds", 60), options.Number("big-writes", 1000));
        var keys = options.Number("keys", 100);
        var settle = TimeSpan.FromSeconds(options.Number("settle-seconds", 3));
        options.RefuseOthers();
        if (calls == 0)
            count = OpenFiles.AsManyAsAllowed(count);
        var folder = Directory.CreateTempSubdirectory("lutra-bench-").FullName;
        ServerProcess[] servers = [];
        try
        {
            servers = await ServerProcess.StartAsync(lutra, folder, nodes: 1);
            var lags = new LagCounts();
            using var load = new WatchersLoad(servers[0], FaceOf(servers[0].Port, lags), lags, keys, big, settle);
            var alone = await load.WriteAloneAsync(perSecond, seconds / 2.0);
            await load.OpenAsync(count);
            await load.WriteAsync(perSecond, seconds, alone);
            await load.StopReadingAsync(perSecond);
            return 0;
        }
        catch (InvalidOperationException wrong)
        {
            Console.Error.WriteLine(wrong.Message);
            return 1;
        }
        finally
        {
            foreach (var one in servers)
                one.Dispose();
            Directory.Delete(folder, recursive: true);
        }

        // One key is watched as such, and not as what begins so.
        IWatchFace FaceOf(int port, LagCounts lags) => (calls, keys) switch
        {
            (0, 1) => new EventFace(port, "key=load%2F0", lags),
            (0, _) => new EventFace(port, "prefix=load%2F", lags),
            (_, 1) => new GrpcFace(port, "load/0", "", connections, calls, count, lags),
            _ => new GrpcFace(port, "load/", "load0", connections, calls, count, lags),
        };
    }

    public void Dispose() => face.Dispose();

    /// <summary>The same puts while nobody watches, for comparison.</summary>
    private async Task<Sample> WriteAloneAsync(int perSecond, double seconds)
    {
        // What the node compiles and fills for the first of them is not the cost of one.
        await WriteBigAsync();
        written[Big].Clear();
        var puts = SmallPuts(perSecond);
        using (var enough = new CancellationTokenSource(TimeSpan.FromSeconds(seconds)))
            await puts.RunAsync(enough.Token);
        written[Small].Clear();
        Console.WriteLine($"nobody watches: puts median {puts.Latency.Median / 1000:F1} ms, p99 {puts.Latency.P99 / 1000:F1} ms");
        return puts.Latency;
    }

    private async Task OpenAsync(int count)
    {
        await OpenSomeAsync(Math.Min(OpenedAtOnce, count / 10));
        await Task.Delay(settle);
        var (before, had) = (server.ResidentBytes, watchers.Count);
        var began = Stopwatch.GetTimestamp();
        while (watchers.Count < count)
            await OpenSomeAsync(Math.Min(OpenedAtOnce, count - watchers.Count));
        var took = Stopwatch.GetElapsedTime(began);
        await Task.Delay(settle);
        await UntilOpenAsync(count);
        Console.WriteLine(
            $"{count} watchers {face.Description}, open after {took.TotalSeconds:F1} s; the node has {Mebibytes(server.ResidentBytes):F0} MiB in RAM,"
            + $" {(server.ResidentBytes - before) / 1024.0 / (count - had):F1} KiB more for each watcher");
    }

    private async Task OpenSomeAsync(int count) => watchers.AddRange(await face.OpenAsync(count));

    private async Task WriteAsync(int perSecond, int seconds, Sample alone)
    {
        lags.Clear();
        var (cpu, waited, began) = (server.CpuTime, server.WaitedForCores, Stopwatch.GetTimestamp());
        var puts = SmallPuts(perSecond);
        using (var enough = new CancellationTokenSource(TimeSpan.FromSeconds(seconds)))
            await puts.RunAsync(enough.Token);
        await AllToldAsync(Small, watchers);
        if (puts.Failed > 0)
            throw new InvalidOperationException($"{puts.Failed} puts failed.");
        var took = Stopwatch.GetElapsedTime(began);
        var events = (long)written[Small].Count * watchers.Count;
        Console.WriteLine(
            $"{written[Small].Count} writes told to each, in order, none missing, none twice: {events} events in {took.TotalSeconds:F1} s"
            + $" ({events / took.TotalSeconds:F0}/s, {(server.CpuTime - cpu) / took:F1} cores of the node; its threads ran"
            + $" {(server.CpuTime - cpu) / ((server.CpuTime - cpu) + (server.WaitedForCores - waited)):P0} of the time that they were ready to, and waited for a core else)");
        Console.WriteLine(
            $"  from the put to a watcher: median {lags.Millis(0.5):F0} ms, p99 {lags.Millis(0.99):F0} ms;"
            + $" puts: median {puts.Latency.Median / 1000:F1} ms, p99 {puts.Latency.P99 / 1000:F1} ms"
            + $" ({puts.Latency.Median / alone.Median:F1} and {puts.Latency.P99 / alone.P99:F1} times that without watchers)");
        Console.WriteLine($"  the node has {Mebibytes(server.ResidentBytes):F0} MiB in RAM after it");
    }

    private async Task StopReadingAsync(int perSecond)
    {
        // A quick reader of the same, so that what the node does for the slow ones alone is the difference.
        var quick = await face.OpenQuickAsync(Big);
        await RoundAsync("read by all", perSecond, quick);
        var usual = await RoundAsync("read by all again", perSecond, quick);
        var slow = await face.OpenSlowAsync(Big);
        await UntilOpenAsync(watchers.Count + 1 + slow.Count);
        var withSlow = await RoundAsync($"not read by {slow.Count}", perSecond, quick);
        var unread = (long)bigWrites * BigValueBytes;
        var behind = (await server.MetricsAsync())["lutra_watchers_behind"];
        Console.WriteLine(
            $"  of {Mebibytes(unread):F0} MiB that {slow.Count} did not read the node holds {Mebibytes(withSlow.Bytes - usual.Bytes):F0} MiB more than without"
            + $" ({behind} behind); p99 of the others' events {withSlow.Lag / usual.Lag:F2}, of puts {withSlow.Put / usual.Put:F2} times that without");

        face.ReadOn();
        await AllToldAsync(Big, slow, bigWrites);
        Console.WriteLine($"  then they read on, and were told all {bigWrites}, in order, none missing, none twice");
        await AllToldAsync(Small, watchers);
    }

    private async Task UntilOpenAsync(int count)
    {
        var began = Stopwatch.GetTimestamp();
        while ((await server.MetricsAsync())["lutra_watchers"] is var open && open != count)
        {
            if (Stopwatch.GetElapsedTime(began) > TimeSpan.FromMinutes(1))
                throw new InvalidOperationException($"The node has {open} watches, not {count}.");
            await Task.Delay(20);
        }
    }

    private async Task<(long Bytes, double Lag, double Put)> RoundAsync(string name, int perSecond, CountedWatcher quick)
    {
        lags.Clear();
        var puts = SmallPuts(perSecond);
        using (var enough = new CancellationTokenSource())
        {
            var running = puts.RunAsync(enough.Token);
            await WriteBigAsync();
            await enough.CancelAsync();
            await running;
        }

        await AllToldAsync(Small, watchers);
        await AllToldAsync(Big, [quick]);
        var now = (Bytes: server.ResidentBytes, Lag: lags.Millis(0.99), Put: puts.Latency.P99 / 1000);
        Console.WriteLine(
            $"{Mebibytes((long)bigWrites * BigValueBytes):F0} MiB more, {name}: {Mebibytes(now.Bytes):F0} MiB in RAM,"
            + $" events p99 {now.Lag:F0} ms, puts p99 {now.Put:F1} ms");
        return now;
    }

    private PacedPuts SmallPuts(int perSecond) => new([server.Port], 1, TimeSpan.FromSeconds(1.0 / perSecond), (_, at) => ($"/key/load%2F{at % keys}", PacedPuts.Now()))
    {
        Done = (_, revision) => written[Small].Add(revision),
    };

    private async Task WriteBigAsync()
    {
        using var connection = await HttpConnection.OpenAsync(server.Port);
        for (var at = 0; at < bigWrites; at++)
        {
            var answer = await connection.MustAsync("PUT", $"/key/big%2F{at % 10}", PacedPuts.Now(BigValueBytes));
            written[Big].Add(answer.Number("revision"));
        }
    }

    /// <param name="lastOnes">How many of what was written they were there for; null: all.</param>
    private async Task AllToldAsync(string prefix, IReadOnlyList<CountedWatcher> all, int? lastOnes = null)
    {
        var (count, sum) = ExpectedOf(written[prefix].Order().TakeLast(lastOnes ?? int.MaxValue));
        await UntilAsync(
            () => all.All(watcher => watcher.Count >= count || watcher.Fault is not null),
            () => $"{all.Count(watcher => watcher.Count < count)} watchers of {prefix} were not told all of {count} revisions; the least was told {all.Min(watcher => watcher.Count)}.");
        foreach (var watcher in all)
        {
            if (watcher.Fault is { } fault)
                throw new InvalidOperationException(fault);
            if (watcher.Count != count || watcher.Sum != sum)
                throw new InvalidOperationException($"A watcher of {prefix} was told {watcher.Count} of {count} revisions, or others than were written.");
        }
    }

    private static (long Count, ulong Sum) ExpectedOf(IEnumerable<long> revisions)
    {
        var (count, sum) = (0L, 0UL);
        foreach (var revision in revisions)
            (count, sum) = (count + 1, CountedWatcher.Add(sum, revision));
        return (count, sum);
    }

    private static async Task UntilAsync(Func<bool> holds, Func<string> otherwise)
    {
        var began = Stopwatch.GetTimestamp();
        while (!holds())
        {
            if (Stopwatch.GetElapsedTime(began) > TimeSpan.FromMinutes(2))
                throw new InvalidOperationException(otherwise());
            await Task.Delay(20);
        }
    }

    private static double Mebibytes(long bytes) => bytes / 1024.0 / 1024.0;
}
