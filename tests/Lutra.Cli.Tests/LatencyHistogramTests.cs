using FsCheck;
using FsCheck.Fluent;
using Lutra.Cli.Bench;

namespace Lutra.Cli.Tests;

public sealed class LatencyHistogramTests
{
    [Fact]
    public void Percentiles_are_those_of_the_sorted_list_within_a_64th() =>
        Prop.ForAll(Gen.Choose(0, 40_000_000).NonEmptyListOf().ToArbitrary(), micros =>
        {
            var histogram = new LatencyHistogram();
            foreach (var one in micros)
                histogram.Add(TimeSpan.FromMicroseconds(one));
            long[] sorted = [.. micros.Select(one => (long)one).Order()];
            return ((double[])[0.01, 0.5, 0.9, 0.99, 1]).All(share =>
            {
                var exact = sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
                var told = histogram.Percentile(share);
                return told >= exact && told <= exact + (exact / 64) + 1;
            }) && histogram.Count == sorted.Length && histogram.MaxMicros == sorted[^1];
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Histograms_of_workers_are_added_up()
    {
        var (one, other) = (new LatencyHistogram(), new LatencyHistogram());
        one.Add(TimeSpan.FromMicroseconds(10));
        other.Add(TimeSpan.FromMicroseconds(5000));
        one.Add(other);
        Assert.Equal((2, 10, 5000), (one.Count, one.Percentile(0.5), one.Percentile(1)));
        Assert.Equal(0, new LatencyHistogram().Percentile(0.99));
    }
}
