using System.Diagnostics;
using Lutra.Acceptance.Processes;

namespace Lutra.Acceptance;

/// <summary>
/// What <c>bench/run watchers</c> and <c>bench/run leases</c> do with ten thousand and a hundred thousand, done with few: the load in a process of its own, the
/// nodes in theirs. What is told is counted there, and anything missing, twice or out of order ends it with 1.
/// </summary>
public sealed class LoadTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Theory]
    [InlineData("over SSE, each on a connection of its own", 1)]
    [InlineData("over gRPC, 20 on each call, the calls on 1 connection", 2, "--grpc-calls", "10")]
    public async Task Two_hundred_watchers_are_told_everything_and_who_does_not_read_costs_the_others_nothing(string how, int slow, params string[] more)
    {
        var told = await RunAsync(
            "watchers", ["--watchers", "200", "--seconds", "2", "--writes-per-second", "50", "--big-writes", "160", "--settle-seconds", "0", .. more]);
        Assert.Contains($"200 watchers {how}, open", told, StringComparison.Ordinal);
        Assert.Contains($"({slow} behind)", told, StringComparison.Ordinal);
        Assert.Contains("were told all 160, in order, none missing, none twice", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_thousand_leases_end_together_and_none_before_its_time()
    {
        var told = await RunAsync("leases", "--leases", "2000", "--ttl", "20");
        Assert.Contains("told of 2000 puts and 2000 deletes, none missing, none twice", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_refuses_connections_before_it_runs_out_of_files_and_serves_on()
    {
        Tools.Require("prlimit");
        var port = LoopbackPorts.Next();
        var folder = Directory.CreateTempSubdirectory("lutra-files-");
        try
        {
            using var node = LutraProcess.Under(["prlimit", "--nofile=600"], "serve", $"--addr=localhost:{port}", $"--dir={folder.FullName}");
            using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://localhost:{port}") };
            await UntilServedAsync(client, node);

            // More than there may be files, each with a connection of its own.
            var watches = await Task.WhenAll(Enumerable.Range(0, 700).Select(_ => WatchAsync(client)));
            Assert.InRange(watches.Count(watch => watch is not null), 50, 110);
            Assert.False(node.HasExited, node.Output);
            foreach (var watch in watches)
                watch?.Dispose();
            await UntilServedAsync(client, node);
            Assert.DoesNotContain("Exception", node.Output, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Null: refused.</summary>
    private static async Task<HttpResponseMessage?> WatchAsync(HttpClient client)
    {
        try
        {
            return await client.GetAsync("/watch", HttpCompletionOption.ResponseHeadersRead);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static async Task UntilServedAsync(HttpClient client, LutraProcess node)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using var answer = await client.PutAsync("/key/a", new ByteArrayContent("{\"value\":\"x\"}"u8.ToArray()));
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException) when (!node.HasExited)
            {
                // Not listening yet, or not yet rid of those before.
            }

            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, node.Output);
            await Task.Delay(20);
        }
    }

    private static async Task<string> RunAsync(string name, params string[] options)
    {
        var folder = AppContext.BaseDirectory;
        string[] words = [Path.Combine(folder, "Lutra.Bench.dll"), name, Path.Combine(folder, "lutra.dll"), .. options];
        var start = new ProcessStartInfo("dotnet", words) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LUTRA_REQUEST_TIMEOUT"] = "60000";
        using var load = Process.Start(start)!;
        try
        {
            var (told, wrong) = (load.StandardOutput.ReadToEndAsync(), load.StandardError.ReadToEndAsync());
            await load.WaitForExitAsync().WaitAsync(Patience);
            Assert.True(load.ExitCode == 0, $"{await told}\n{await wrong}");
            return await told;
        }
        finally
        {
            load.Kill(entireProcessTree: true);
        }
    }
}
