using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Lutra.Bench.Compare;

/// <summary>
/// Lutra beside etcd: the same load (<c>lutra bench</c>) over the same API, in turn, on the same disk with every write synced, one node and three. Each workload of
/// each round begins with empty folders. Prints medians and ratios as a table for docs/performance.md.
/// </summary>
internal static class CompareBench
{
    private static readonly string[] Workloads = ["put", "range", "list", "list*20", "cas", "mixed", "watch", "lease"];

    // "list*20": after each key was written twenty times.
    private const char Versions = '*';

    /// <param name="lutra">The program.</param>
    /// <param name="rest">Rounds (3), seconds that count (5), keys (10000), then workloads (all), as words.</param>
    public static async Task<int> RunAsync(string lutra, string[] rest)
    {
        var rounds = Number(rest, 0, 3);
        var seconds = Number(rest, 1, 5);
        var keys = Number(rest, 2, 10_000);
        var workloads = rest.Length > 3 ? rest[3..] : Workloads;
        foreach (var nodes in (int[])[1, 3])
        {
            Console.WriteLine($"\n{(nodes == 1 ? "One node" : "Three nodes")}, {keys} keys, {rounds} rounds of {seconds} s:\n");
            Console.WriteLine("| | etcd/s | Lutra/s | ratio | p50 etcd, Lutra (ms) | p99 etcd, Lutra (ms) | CPU/op etcd, Lutra (µs) | peak etcd, Lutra (MiB) |");
            Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
            foreach (var workload in workloads)
            {
                var (etcd, ours) = (new List<Measured>(), new List<Measured>());
                for (var round = 0; round < rounds; round++)
                {
                    etcd.Add(await MeasureAsync(lutra, folder => Contender.EtcdAsync(folder, nodes), workload, seconds, keys));
                    ours.Add(await MeasureAsync(lutra, folder => Contender.LutraAsync(lutra, folder, nodes), workload, seconds, keys));
                }

                Write(workload, Measured.Median(etcd), Measured.Median(ours));
            }
        }

        return 0;
    }

    private static async Task<Measured> MeasureAsync(string lutra, Func<string, Task<Contender>> start, string workload, int seconds, int keys)
    {
        // Beside this program, so on a disk: /tmp may be memory.
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, $"compare-{Path.GetRandomFileName()}"));
        try
        {
            using var contender = await start(folder.FullName);
            var (name, versions) = workload.Split(Versions) is [var word, var times] ? (word, times) : (workload, "1");
            var before = contender.CpuTime;
            using var load = Process.Start(new ProcessStartInfo("dotnet", [lutra, "bench", name, "--endpoints", contender.Endpoints, "--seconds", $"{seconds}", "--warm-up", "2", "--keys", $"{keys}", "--versions", versions, "-o", "json"])
            {
                RedirectStandardOutput = true,
            })!;
            var text = await load.StandardOutput.ReadToEndAsync();
            await load.WaitForExitAsync();
            if (load.ExitCode != 0)
                throw new InvalidOperationException($"'lutra bench {name}' at {contender.Endpoints} ended with {load.ExitCode}.");
            using var json = JsonDocument.Parse(text);
            double Figure(string figure) => json.RootElement.GetProperty(figure).GetDouble();

            // Preparing and warming up are in the CPU time as well as in the requests, so the figure is a little high for both.
            return new Measured(
                Figure("per_second"), Figure("p50_micros"), Figure("p99_micros"), (contender.CpuTime - before).TotalMicroseconds / Math.Max(1, Figure("operations")),
                contender.PeakBytes / 1024.0 / 1024.0);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Write(string workload, Measured etcd, Measured ours) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {workload} | {etcd.PerSecond:0} | {ours.PerSecond:0} | {ours.PerSecond / etcd.PerSecond:0.00} | {etcd.P50Micros / 1000:0.00}, {ours.P50Micros / 1000:0.00} | {etcd.P99Micros / 1000:0.0}, {ours.P99Micros / 1000:0.0} | {etcd.CpuMicros:0}, {ours.CpuMicros:0} | {etcd.PeakMebibytes:0}, {ours.PeakMebibytes:0} |"));

    private static int Number(string[] words, int at, int otherwise) =>
        words.Length > at && int.TryParse(words[at], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
