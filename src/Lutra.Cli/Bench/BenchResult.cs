namespace Lutra.Cli.Bench;

/// <summary>What a run came to.</summary>
/// <param name="Elapsed">What was counted took so long.</param>
/// <param name="Latencies">Of each operation that was counted.</param>
/// <param name="Error">The last error, in its own words; null where there was none.</param>
internal sealed record BenchResult(string Workload, TimeSpan Elapsed, LatencyHistogram Latencies, long Errors, string? Error)
{
    public double PerSecond => Latencies.Count / Elapsed.TotalSeconds;
}
