using System.Diagnostics;
using System.Text;

namespace Lutra.Bench.Load;

/// <summary>
/// A hundred thousand leases on three nodes, each with a key, kept alive for a while. Then nobody keeps them alive, and the lead moves on, so that the new leader
/// counts every one from its full time: all are over at the same moment. What that does to writes that go on meanwhile.
/// </summary>
internal sealed class LeasesLoad(ServerProcess[] servers, int leases, int ttlSeconds, int perSecond)
{
    private const int Connections = 64;
    private const int Writers = 16;

    private readonly int[] ports = [.. servers.Select(server => server.Port)];

    public static async Task<int> RunAsync(string lutra, LoadOptions options)
    {
        var (leases, ttl, perSecond) = (options.Number("leases", 100_000), options.Number("ttl", 120), options.Number("writes-per-second", 200));
        options.RefuseOthers();
        var folder = Directory.CreateTempSubdirectory("lutra-bench-").FullName;
        ServerProcess[] servers = [];
        try
        {
            servers = await ServerProcess.StartAsync(lutra, folder, nodes: 3);
            await new LeasesLoad(servers, leases, ttl, perSecond).RunAsync();
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

    private async Task RunAsync()
    {
        using var watcher = new EventWatcher("prefix=lease%2F", lags: null);
        await watcher.OpenAsync(ports[0]);
        await EachAsync("granted, each with a key", async (connection, number) =>
        {
            await connection.MustAsync("POST", "/leases", Encoding.ASCII.GetBytes($"{{\"ttl\":{ttlSeconds},\"id\":{number}}}"), "application/json");
            await connection.MustAsync("PUT", $"/key/lease%2F{number}?lease={number}", "x"u8.ToArray());
        });
        await EachAsync("kept alive", KeepAliveAsync);
        await EachAsync("kept alive again", KeepAliveAsync);
        await MustHaveAsync(leases, "Some ended while they were kept alive.");

        // Counted by the new leader from here on, every one of them.
        var moved = Stopwatch.GetTimestamp();
        using (var connection = await HttpConnection.OpenAsync(ports[0]))
            await connection.MustAsync("POST", "/leader", "{}"u8.ToArray(), "application/json");

        var puts = new PacedPuts(
            ports, Writers, TimeSpan.FromSeconds((double)Writers / perSecond), (writer, at) => ($"/key/other%2F{writer}%2F{at % 1000}", PacedPuts.Now(100)));
        using var enough = new CancellationTokenSource();
        var running = puts.RunAsync(enough.Token);

        // The first third of the time is the new leader's beginning; what comes after it is the usual.
        await Task.Delay(TimeSpan.FromSeconds(ttlSeconds / 3.0));
        var usual = puts.Latency = new Sample();
        await UntilAsync(left => left < leases, TimeSpan.FromSeconds(ttlSeconds + 60));
        puts.Latency = new Sample();
        var (lived, began) = (Stopwatch.GetElapsedTime(moved), Stopwatch.GetTimestamp());
        await UntilAsync(left => left == 0, TimeSpan.FromMinutes(5));
        var took = Stopwatch.GetElapsedTime(began);
        var during = puts.Latency;
        await enough.CancelAsync();
        await running;
        if (lived < TimeSpan.FromSeconds(ttlSeconds))
            throw new InvalidOperationException($"The first lease ended {lived.TotalSeconds:F1} s after the leader came to lead, before its {ttlSeconds} s.");
        if (puts.Failed > 0)
            throw new InvalidOperationException($"{puts.Failed} puts failed.");
        Console.WriteLine($"the first ended {lived.TotalSeconds - ttlSeconds:F1} s after its time; all were over within {took.TotalSeconds:F1} s ({leases / took.TotalSeconds:F0}/s)");
        if (!await BeforeAsync(() => watcher.Count >= 2L * leases || watcher.Fault is not null) || watcher.Count != 2L * leases || watcher.Deletes != leases || watcher.Fault is not null)
            throw new InvalidOperationException($"A watcher was told of {watcher.Count - watcher.Deletes} puts and {watcher.Deletes} deletes, not of {leases} each. {watcher.Fault}");
        Console.WriteLine($"a watcher was told of {leases} puts and {leases} deletes, none missing, none twice");
        Console.WriteLine(
            $"puts, {perSecond}/s: before it median {usual.Median / 1000:F1} ms, p99 {usual.P99 / 1000:F1} ms ({usual.Count}); while they ended"
            + $" median {during.Median / 1000:F1} ms, p99 {during.P99 / 1000:F1} ms ({during.Count}); p99 {during.P99 / usual.P99:F2} times as long");
    }

    private async Task EachAsync(string what, Func<HttpConnection, int, Task> act)
    {
        var began = Stopwatch.GetTimestamp();
        var next = 0;
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(at => Task.Run(async () =>
        {
            using var connection = await HttpConnection.OpenAsync(ports[at % ports.Length]);
            for (var number = Interlocked.Increment(ref next); number <= leases; number = Interlocked.Increment(ref next))
                await act(connection, number);
        })));
        var took = Stopwatch.GetElapsedTime(began);
        Console.WriteLine($"{leases} leases {what} in {took.TotalSeconds:F1} s ({leases / took.TotalSeconds:F0}/s)");
        if (took.TotalSeconds > ttlSeconds)
            throw new InvalidOperationException($"This machine is too slow for a time to live of {ttlSeconds} s: give a longer --ttl.");
    }

    private static Task KeepAliveAsync(HttpConnection connection, int number) => connection.MustAsync("POST", $"/leases/{number}/keepalive");

    private async Task MustHaveAsync(int wanted, string otherwise)
    {
        if ((await servers[0].MetricsAsync())["lutra_leases"] is var left && left != wanted)
            throw new InvalidOperationException($"There are {left} leases, not {wanted}. {otherwise}");
    }

    private async Task UntilAsync(Predicate<double> holds, TimeSpan patience)
    {
        var began = Stopwatch.GetTimestamp();
        while (!holds((await servers[0].MetricsAsync())["lutra_leases"]))
        {
            if (Stopwatch.GetElapsedTime(began) > patience)
                throw new InvalidOperationException($"Nothing of that within {patience}.");
            await Task.Delay(50);
        }
    }

    private static async Task<bool> BeforeAsync(Func<bool> holds)
    {
        var began = Stopwatch.GetTimestamp();
        while (!holds() && Stopwatch.GetElapsedTime(began) < TimeSpan.FromMinutes(1))
            await Task.Delay(20);
        return holds();
    }
}
