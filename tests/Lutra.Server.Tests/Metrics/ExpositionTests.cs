namespace Lutra.Server.Tests.Metrics;

/// <summary>That the reader of the other tests refuses what Prometheus would misread.</summary>
public sealed class ExpositionTests
{
    private const string Gauge = "# HELP a A.\n# TYPE a gauge\n";
    private const string Counter = "# HELP a_total A.\n# TYPE a_total counter\n";
    private const string Histogram = "# HELP a A.\n# TYPE a histogram\n";

    [Theory]
    [InlineData(Gauge + "a 1\n")]
    [InlineData(Gauge + "a -1.5e-9\n")]
    [InlineData(Gauge + "a NaN\n")]
    [InlineData(Gauge + "a{x=\"1\",y=\"a\\\"b\\\\c\\nd\"} +Inf\na{x=\"2\"} 1\n")]
    [InlineData(Counter + "a_total 7\n")]
    [InlineData(Histogram + "a_bucket{le=\"0.5\"} 1\na_bucket{le=\"+Inf\"} 2\na_sum 3\na_count 2\n")]
    [InlineData(Histogram)]
    public void What_is_right_is_read(string text) => Assert.Single(Exposition.Parse(text).Types);

    [Theory]
    [InlineData(Gauge + "a 1")]
    [InlineData(Gauge + "a 1\n\n")]
    [InlineData(Gauge + "a 1,5\n")]
    [InlineData(Gauge + "a Infinity\n")]
    [InlineData(Gauge + "a\n")]
    [InlineData(Gauge + "a{x=1} 1\n")]
    [InlineData(Gauge + "a{x=\"a\"b\"} 1\n")]
    [InlineData(Gauge + "a{x=\"1\"} 1\na{x=\"1\"} 2\n")]
    [InlineData(Gauge + "a 1\n" + Gauge + "a 1\n")]
    [InlineData(Gauge + "b 1\n")]
    [InlineData("a 1\n")]
    [InlineData("# TYPE a gauge\na 1\n")]
    [InlineData("# HELP a A.\na 1\n")]
    [InlineData("# HELP a A.\n# TYPE a summary\n")]
    [InlineData("# HELP a A.\n# TYPE a counter\na 1\n")]
    [InlineData(Counter + "a_total -1\n")]
    [InlineData(Histogram + "a 1\n")]
    [InlineData(Histogram + "a_bucket{le=\"0.5\"} 1\na_sum 3\na_count 1\n")]
    [InlineData(Histogram + "a_bucket{le=\"0.5\"} 2\na_bucket{le=\"+Inf\"} 1\na_sum 3\na_count 1\n")]
    [InlineData(Histogram + "a_bucket{le=\"1.0\"} 1\na_bucket{le=\"0.5\"} 1\na_bucket{le=\"+Inf\"} 2\na_sum 3\na_count 2\n")]
    [InlineData(Histogram + "a_bucket{le=\"+Inf\"} 2\na_sum 3\na_count 1\n")]
    [InlineData(Histogram + "a_bucket{le=\"+Inf\"} 2\na_count 2\n")]
    [InlineData(Histogram + "a_bucket{le=\"+Inf\"} 2\na_sum 1\n")]
    public void What_is_wrong_is_refused(string text) => Assert.ThrowsAny<Exception>(() => Exposition.Parse(text) is null);
}
