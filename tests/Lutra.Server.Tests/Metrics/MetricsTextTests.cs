using System.Text;
using Lutra.Server.Metrics;
using Lutra.Storage.Measures;

namespace Lutra.Server.Tests.Metrics;

public sealed class MetricsTextTests
{
    [Fact]
    public void Labels_and_help_are_escaped()
    {
        var text = new MetricsText(openMetrics: false);
        text.Family("x_total", MetricKind.Counter, "a \\ \"b\"\nc");
        text.Sample(1.5, "node", "a\"b\\c\nd");
        Assert.Equal("# HELP x_total a \\\\ \"b\"\\nc\n# TYPE x_total counter\nx_total{node=\"a\\\"b\\\\c\\nd\"} 1.5\n", Encoding.UTF8.GetString(text.ToBytes()));
    }

    [Fact]
    public void What_is_not_known_is_announced_and_has_no_sample()
    {
        var text = new MetricsText(openMetrics: true);
        text.One("x_total", MetricKind.Counter, "X.", null);
        Assert.Equal("# HELP x X.\n# TYPE x counter\n# EOF\n", Encoding.UTF8.GetString(text.ToBytes()));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(50, 0)]
    [InlineData(51, 1)]
    [InlineData(10_000_000, 16)]
    [InlineData(10_000_001, 17)]
    public void A_duration_falls_into_the_first_bucket_whose_bound_is_not_below_it(long micros, int bucket)
    {
        var histogram = new DurationHistogram(TimeProvider.System);
        histogram.Record(TimeSpan.FromMicroseconds(micros));
        var counts = histogram.Read();
        Assert.Equal(1, counts.Counts[bucket]);
        Assert.Equal(1, counts.Count);
        Assert.Equal(micros / 1e6, counts.SumSeconds, 9);
    }

    [Fact]
    public void Recording_allocates_nothing_and_loses_nothing_on_many_threads()
    {
        var histogram = new DurationHistogram(TimeProvider.System);
        histogram.Stop(histogram.Start());
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var at = 0; at < 1000; at++)
            histogram.Stop(histogram.Start());
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        Parallel.For(0, 8, _ =>
        {
            for (var at = 0; at < 10_000; at++)
                histogram.Record(TimeSpan.FromMilliseconds(1));
        });
        Assert.Equal(81_001, histogram.Read().Count);
    }
}
