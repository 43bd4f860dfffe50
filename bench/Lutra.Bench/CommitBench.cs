using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text;
using Lutra.Storage.Files;

namespace Lutra.Bench;

/// <summary>One node, embedded: what a durable write costs over the disk's own append and sync, and what group commit makes of many writers.</summary>
internal static class CommitBench
{
    private const int ValueBytes = 256;
    private static readonly TimeSpan For = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("lutra-bench-").FullName;
        try
        {
            var disk = RawSync(folder);
            await using var node = await LutraNode.StartAsync(new LutraNodeOptions { Directory = Path.Combine(folder, "node") });
            await node.WaitUntilReadyAsync();
            await WriteAsync(node, writers: 16, TimeSpan.FromSeconds(2)); // Warm-up: code compiled, segments filled.

            var one = await WriteAsync(node, writers: 1, For);
            var many = await WriteAsync(node, writers: 64, For);
            Console.WriteLine($"append and fdatasync alone     median {disk.Median,8:F0} us   p99 {disk.P99,8:F0} us");
            Console.WriteLine($"1 writer                       median {one.Latency.Median,8:F0} us   p99 {one.Latency.P99,8:F0} us   {one.PerSecond,9:F0} writes/s");
            Console.WriteLine($"64 writers                     median {many.Latency.Median,8:F0} us   p99 {many.Latency.P99,8:F0} us   {many.PerSecond,9:F0} writes/s");
            Console.WriteLine($"1 writer over the disk         +{one.Latency.Median - disk.Median:F0} us   (limit: +150 us)");
            Console.WriteLine($"64 writers: acknowledged per sync {many.PerSync:F1}   (limit: 8)");
            Console.WriteLine($"64 writers over 1 writer       {many.PerSecond / one.PerSecond:F1} times   (limit: 8)");
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // The same as the log does: over space that is zero-filled already, so that a sync moves data and no metadata.
    private static Sample RawSync(string folder)
    {
        var files = new OsFiles(Path.Combine(folder, "raw"));
        files.CreateDirectory("");
        using var file = files.Create("append");
        var zeroes = new byte[1024 * 1024];
        for (var at = 0; at < 16; at++)
            file.Write(zeroes, (long)at * zeroes.Length);
        file.Sync();
        var sample = new Sample();
        var bytes = new byte[512];
        for (var at = 0; at < 3000; at++)
        {
            var before = Stopwatch.GetTimestamp();
            files.Submit(new DiskRequest(file, bytes, (long)at * bytes.Length, Sync: true, _ => { }));
            sample.Add(Stopwatch.GetElapsedTime(before));
        }

        return sample;
    }

    private static async Task<(Sample Latency, double PerSecond, double PerSync)> WriteAsync(LutraNode node, int writers, TimeSpan duration)
    {
        long syncs = 0;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument is { Meter.Name: "Lutra", Name: "lutra.disk.syncs" })
                    self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, _, _) => Interlocked.Add(ref syncs, count));
        listener.Start();

        var sample = new Sample();
        var value = Encoding.ASCII.GetBytes(new string('v', ValueBytes));
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(async () =>
        {
            for (var number = 0; Stopwatch.GetElapsedTime(started) < duration; number++)
            {
                var key = Encoding.ASCII.GetBytes($"bench/{writer}/{number % 10_000}");
                var before = Stopwatch.GetTimestamp();
                await node.PutAsync(new PutOperation(key, value));
                sample.Add(Stopwatch.GetElapsedTime(before));
            }
        })));
        return (sample, sample.Count / Stopwatch.GetElapsedTime(started).TotalSeconds, sample.Count / (double)Math.Max(1, Interlocked.Read(ref syncs)));
    }
}
