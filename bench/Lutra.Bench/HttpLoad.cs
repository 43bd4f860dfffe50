using System.Diagnostics;
using Lutra.Bench.Load;

namespace Lutra.Bench;

/// <summary>Many connections, one request at a time on each: the same bytes and the same work for whoever is measured.</summary>
internal static class HttpLoad
{
    public static async Task<(double PerSecond, Sample Latency, int Failed)> PutAsync(IReadOnlyList<int> ports, int connections, byte[] body, TimeSpan duration)
    {
        var sample = new Sample();
        var failed = 0;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(number => Task.Run(async () =>
        {
            using var connection = await HttpConnection.OpenAsync(ports[number % ports.Count]);
            for (var at = 0; Stopwatch.GetElapsedTime(started) < duration; at++)
            {
                var before = Stopwatch.GetTimestamp();
                var answer = await connection.SendAsync("PUT", $"/key/bench%2F{number}%2F{at % 1000}", body);
                if (answer.Status == 200)
                    sample.Add(Stopwatch.GetElapsedTime(before));
                else
                    Interlocked.Increment(ref failed);
            }
        })));
        return (sample.Count / Stopwatch.GetElapsedTime(started).TotalSeconds, sample, failed);
    }
}
