namespace Lutra.Bench.Compare;

/// <summary>What a workload came to on one system.</summary>
/// <param name="CpuMicros">Of all nodes together, per operation.</param>
internal sealed record Measured(double PerSecond, double P50Micros, double P99Micros, double CpuMicros, double PeakMebibytes)
{
    /// <summary>Each figure by its own median.</summary>
    public static Measured Median(IReadOnlyList<Measured> rounds)
    {
        double Middle(Func<Measured, double> figure) => rounds.Select(figure).Order().ElementAt(rounds.Count / 2);
        return new Measured(Middle(one => one.PerSecond), Middle(one => one.P50Micros), Middle(one => one.P99Micros), Middle(one => one.CpuMicros), Middle(one => one.PeakMebibytes));
    }
}
