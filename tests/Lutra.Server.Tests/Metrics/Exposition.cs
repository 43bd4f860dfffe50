using System.Globalization;
using System.Text.RegularExpressions;

namespace Lutra.Server.Tests.Metrics;

/// <summary>
/// Reads Prometheus' text format 0.0.4 as its documentation draws it, and refuses everything else: also families that are announced twice or whose samples do not
/// stand together, counters that are no counts, and histograms that do not add up.
/// </summary>
internal sealed partial class Exposition
{
    public sealed record Sample(string Name, SortedDictionary<string, string> Labels, double Value);

    /// <summary>Families in their order, with their types.</summary>
    public Dictionary<string, string> Types { get; } = [];

    public List<Sample> Samples { get; } = [];

    public static Exposition Parse(string text)
    {
        var read = new Exposition();
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        var helped = "";
        var seen = new HashSet<string>();
        foreach (var line in text[..^1].Split('\n'))
        {
            if (Help().Match(line) is { Success: true } help)
            {
                helped = help.Groups[1].Value;
                continue;
            }

            if (Type().Match(line) is { Success: true } type)
            {
                Assert.Equal(helped, type.Groups[1].Value);
                Assert.True(read.Types.TryAdd(helped, type.Groups[2].Value), $"{helped} is announced twice.");
                continue;
            }

            var sample = read.ParseSample(line);
            Assert.Equal(helped, read.FamilyOf(sample.Name));
            Assert.Contains(helped, read.Types.Keys);
            Assert.True(seen.Add(line[..line.LastIndexOf(' ')]), $"Twice: {line}");
            read.Samples.Add(sample);
        }

        foreach (var (family, type) in read.Types)
        {
            if (type == "counter")
                read.CheckCounter(family);
            else if (type == "histogram")
                read.CheckHistogram(family);
        }

        return read;
    }

    /// <summary>The one sample of this name whose labels contain these.</summary>
    public double Value(string name, params (string Name, string Value)[] labels) =>
        Assert.Single(Samples, sample => sample.Name == name && labels.All(label => sample.Labels.GetValueOrDefault(label.Name) == label.Value)).Value;

    private void CheckCounter(string family)
    {
        Assert.EndsWith("_total", family, StringComparison.Ordinal);
        Assert.All(Samples.Where(sample => sample.Name == family), sample => Assert.InRange(sample.Value, 0, double.MaxValue));
    }

    // One histogram for each set of labels beside "le".
    private void CheckHistogram(string family)
    {
        Assert.DoesNotContain(Samples, sample => sample.Name == family);
        var series = Samples.Where(sample => FamilyOf(sample.Name) == family)
            .GroupBy(sample => string.Join(',', sample.Labels.Where(label => label.Key != "le").Select(label => $"{label.Key}={label.Value}")));
        foreach (var one in series)
        {
            var buckets = one.Where(sample => sample.Name == $"{family}_bucket").ToList();
            var bounds = buckets.Select(bucket => Number(bucket.Labels["le"])).ToList();
            Assert.Equal(bounds.Distinct().Order(), bounds);
            Assert.Equal(double.PositiveInfinity, bounds[^1]);
            Assert.Equal(buckets.Select(bucket => bucket.Value).Order(), buckets.Select(bucket => bucket.Value));
            Assert.Equal(Assert.Single(one, sample => sample.Name == $"{family}_count").Value, buckets[^1].Value);
            Assert.InRange(Assert.Single(one, sample => sample.Name == $"{family}_sum").Value, 0, double.MaxValue);
        }
    }

    private static double Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        _ => double.Parse(text, CultureInfo.InvariantCulture),
    };

    private Sample ParseSample(string line)
    {
        var parts = Line().Match(line);
        Assert.True(parts.Success, $"No sample: '{line}'");
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (Match label in Label().Matches(parts.Groups[2].Value))
            labels.Add(label.Groups[1].Value, Regex.Unescape(label.Groups[2].Value));
        return new Sample(parts.Groups[1].Value, labels, Number(parts.Groups[3].Value));
    }

    private string FamilyOf(string name)
    {
        foreach (var suffix in new[] { "_bucket", "_sum", "_count" })
        {
            if (name.EndsWith(suffix, StringComparison.Ordinal) && Types.GetValueOrDefault(name[..^suffix.Length]) == "histogram")
                return name[..^suffix.Length];
        }

        return name;
    }

    [GeneratedRegex(@"^# HELP ([a-z][a-z0-9_]*) \S.*$")]
    private static partial Regex Help();

    [GeneratedRegex("^# TYPE ([a-z][a-z0-9_]*) (counter|gauge|histogram)$")]
    private static partial Regex Type();

    [GeneratedRegex("""^([a-z][a-z0-9_]*)(?:\{((?:[A-Za-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)+)\})? (NaN|[-+]Inf|-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)$""")]
    private static partial Regex Line();

    [GeneratedRegex("""([A-Za-z_]+)="((?:[^"\\\n]|\\[\\"n])*)",?""")]
    private static partial Regex Label();
}
