using System.Collections.Concurrent;
using System.Diagnostics;

namespace Lutra.Bench.Load;

/// <summary>
/// Thousands of watchers on one node, each over a connection of its own, while somebody writes: each must be told every revision once and in order. Then one of
/// them stops reading, while much is written that it wants: what that costs the node, and the others. A process of its own, beside the node's.
/// </summary>
internal sealed class WatchersLoad : IDisposable
{
    private const string Small = "load/";
    private const string Big = "big/";
    private const int BigValueBytes = 64 * 1024;
    private const int OpenedAtOnce = 100;

    private readonly ConcurrentDictionary<string, ConcurrentBag<long>> written = new();
    private readonly List<EventWatcher> watchers = [];
    private readonly ServerProcess server;
    private readonly int bigWrites;

    // Before memory is looked at.
    private readonly TimeSpan settle;
    private readonly LagCounts lags = new();

    private WatchersLoad(ServerProcess server, int bigWrites, TimeSpan settle)
    {
        this.settle = settle;
        this.server = server;
        this.bigWrites = bigWrites;
        written[Small] = [];
        written[Big] = [];
    }

    public static async Task<int> RunAsync(string lutra, LoadOptions options)
    {
        var count = OpenFiles.AsManyAsAllowed(options.Number("watchers", 10_000));
        var (perSecond, seconds, big) = (options.Number("writes-per-second", 5), options.Number("seconds", 60), options.Number("big-writes", 1000));
        var settle = TimeSpan.FromSeconds(options.Number("settle-seconds", 3));
        options.RefuseOthers();
        var folder = Directory.CreateTempSubdirectory("lutra-bench-").FullName;
        ServerProcess[] servers = [];
        try
        {
            servers = await ServerProcess.StartAsync(lutra, folder, nodes: 1);
            using var load = new WatchersLoad(servers[0], big, settle);
            await load.OpenAsync(count);
            await load.WriteAsync(perSecond, seconds);
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
    }

    public void Dispose()
    {
        foreach (var watcher in watchers)
            watcher.Dispose();
    }

    private async Task OpenAsync(int count)
    {
        // What the node compiles and fills for the first of them is not the cost of one.
        await WriteBigAsync();
        written[Big].Clear();
        await OpenSomeAsync(Math.Min(OpenedAtOnce, count / 10));
        await Task.Delay(settle);
        var (before, had) = (server.ResidentBytes, watchers.Count);
        var began = Stopwatch.GetTimestamp();
        while (watchers.Count < count)
            await OpenSomeAsync(Math.Min(OpenedAtOnce, count - watchers.Count));
        var took = Stopwatch.GetElapsedTime(began);
        await Task.Delay(settle);
        var open = (await server.MetricsAsync())["lutra_watchers"];
        if (open != count)
            throw new InvalidOperationException($"The node has {open} watches, not {count}.");
        Console.WriteLine(
            $"{count} watchers open after {took.TotalSeconds:F1} s; the node has {Mebibytes(server.ResidentBytes):F0} MiB in RAM,"
            + $" {(server.ResidentBytes - before) / 1024.0 / (count - had):F1} KiB more for each watcher");
    }

    private async Task OpenSomeAsync(int count)
    {
        var some = Enumerable.Range(0, count).Select(_ => new EventWatcher(Small, lags)).ToArray();
        watchers.AddRange(some);
        await Task.WhenAll(some.Select(watcher => watcher.OpenAsync(server.Port)));
    }

    private async Task WriteAsync(int perSecond, int seconds)
    {
        lags.Clear();
        var (cpu, began) = (server.CpuTime, Stopwatch.GetTimestamp());
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
            + $" ({events / took.TotalSeconds:F0}/s, {(server.CpuTime - cpu) / took:F1} cores of the node)");
        Console.WriteLine(
            $"  from the put to a watcher: median {lags.Millis(0.5):F0} ms, p99 {lags.Millis(0.99):F0} ms;"
            + $" puts: median {puts.Latency.Median / 1000:F1} ms, p99 {puts.Latency.P99 / 1000:F1} ms");
        Console.WriteLine($"  the node has {Mebibytes(server.ResidentBytes):F0} MiB in RAM after it");
    }

    private async Task StopReadingAsync(int perSecond)
    {
        // A quick reader of the same, so that what the node does for the slow one alone is the difference.
        using var quick = new EventWatcher(Big, lags);
        await quick.OpenAsync(server.Port);
        await RoundAsync("read by all", perSecond, quick);
        var usual = await RoundAsync("read by all again", perSecond, quick);
        using var slow = new EventWatcher(Big, lags, receiveBufferBytes: 4096);
        await slow.ConnectAsync(server.Port);
        var withSlow = await RoundAsync("not read by one", perSecond, quick);
        var unread = (long)bigWrites * BigValueBytes;
        var behind = (await server.MetricsAsync())["lutra_watchers_behind"];
        Console.WriteLine(
            $"  of {Mebibytes(unread):F0} MiB that one watcher did not read the node holds {Mebibytes(withSlow.Bytes - usual.Bytes):F0} MiB more than without it"
            + $" ({behind} watch behind); p99 of the others' events {withSlow.Lag / usual.Lag:F2}, of puts {withSlow.Put / usual.Put:F2} times that without it");

        _ = slow.ReadAsync();
        var (count, sum) = ExpectedOf(written[Big].Order().TakeLast(bigWrites));
        await UntilAsync(() => slow.Count >= count, () => $"The slow watcher was told {slow.Count} of {count} revisions. {slow.Fault}");
        if (slow.Count != count || slow.Sum != sum || slow.Fault is not null)
            throw new InvalidOperationException($"The slow watcher was told something else than was written. {slow.Fault}");
        Console.WriteLine($"  then it read on, and was told all {count}, in order, none missing, none twice");
        await AllToldAsync(Small, watchers);
    }

    private async Task<(long Bytes, double Lag, double Put)> RoundAsync(string name, int perSecond, EventWatcher quick)
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

    private PacedPuts SmallPuts(int perSecond) => new([server.Port], 1, TimeSpan.FromSeconds(1.0 / perSecond), (_, at) => ($"/key/load%2F{at % 100}", PacedPuts.Now()))
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

    private async Task AllToldAsync(string prefix, IReadOnlyList<EventWatcher> all)
    {
        var (count, sum) = ExpectedOf(written[prefix].Order());
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
            (count, sum) = (count + 1, EventWatcher.Add(sum, revision));
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
