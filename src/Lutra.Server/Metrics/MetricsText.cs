using System.Globalization;
using System.Text;
using Lutra.Storage.Measures;

namespace Lutra.Server.Metrics;

internal enum MetricKind
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>
/// Numbers as Prometheus reads them: its text format 0.0.4, or OpenMetrics 1.0 for those that ask for it. The two differ in how they announce counters and in
/// the last line. Every family is announced, also one that has no sample just now, so that whoever looks finds all names.
/// </summary>
internal sealed class MetricsText(bool openMetrics)
{
    public const string PrometheusType = "text/plain; version=0.0.4; charset=utf-8";
    public const string OpenMetricsType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private const string TotalSuffix = "_total";
    private readonly StringBuilder text = new(16 * 1024);
    private string family = "";

    public string ContentType => openMetrics ? OpenMetricsType : PrometheusType;

    /// <summary>A family without labels that has one value, or none where it is not known.</summary>
    public void One(string name, MetricKind kind, string help, double? value)
    {
        Family(name, kind, help);
        if (value is { } known)
            Sample(known);
    }

    /// <summary>A family without labels whose one sample is a histogram.</summary>
    public void One(string name, string help, DurationCounts counts)
    {
        Family(name, MetricKind.Histogram, help);
        Sample(counts);
    }

    /// <summary>Begins a family; its samples follow. A counter's name ends in <c>_total</c>.</summary>
    public void Family(string name, MetricKind kind, string help)
    {
        family = name;
        var announced = openMetrics && kind == MetricKind.Counter && name.EndsWith(TotalSuffix, StringComparison.Ordinal) ? name[..^TotalSuffix.Length] : name;
        text.Append("# HELP ").Append(announced).Append(' ').Append(Escape(help, withQuotes: openMetrics)).Append('\n');
        text.Append("# TYPE ").Append(announced).Append(' ').Append(TypeOf(kind)).Append('\n');
    }

    /// <param name="labels">Names and values in turn.</param>
    public void Sample(double value, params ReadOnlySpan<string> labels) => Line(family, "", labels, Number(value));

    /// <summary>One histogram of durations: the buckets add up, as Prometheus wants them.</summary>
    public void Sample(DurationCounts counts, params ReadOnlySpan<string> labels)
    {
        var soFar = 0L;
        for (var at = 0; at < counts.Counts.Length; at++)
        {
            soFar += counts.Counts[at];
            var bound = at < DurationHistogram.BoundsSeconds.Length ? Bound(DurationHistogram.BoundsSeconds[at]) : "+Inf";
            Line(family, "_bucket", [.. labels, "le", bound], Number(soFar));
        }

        Line(family, "_sum", labels, Number(counts.SumSeconds));
        Line(family, "_count", labels, Number(soFar));
    }

    /// <summary>All of it; nothing may be added afterwards.</summary>
    public byte[] ToBytes()
    {
        if (openMetrics)
            text.Append("# EOF\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private void Line(string name, string suffix, ReadOnlySpan<string> labels, string value)
    {
        text.Append(name).Append(suffix);
        for (var at = 0; at + 1 < labels.Length; at += 2)
            text.Append(at == 0 ? '{' : ',').Append(labels[at]).Append("=\"").Append(Escape(labels[at + 1], withQuotes: true)).Append('"');
        if (labels.Length > 0)
            text.Append('}');
        text.Append(' ').Append(value).Append('\n');
    }

    private static string Escape(string value, bool withQuotes)
    {
        var escaped = value.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);
        return withQuotes ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    // OpenMetrics wants a bound to look the same everywhere: with a point.
    private static string Bound(double seconds) => seconds.ToString("0.0####", CultureInfo.InvariantCulture);

    private static string TypeOf(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Gauge => "gauge",
        _ => "histogram",
    };
}
