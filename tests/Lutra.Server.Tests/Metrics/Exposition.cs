using System.Globalization;
using System.Text.RegularExpressions;

namespace Lutra.Server.Tests.Metrics;

/// <summary>Reads Prometheus' text format 0.0.4 as its documentation draws it, and refuses everything else.</summary>
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
            Assert.True(seen.Add(line[..line.LastIndexOf(' ')]), $"Twice: {line}");
            read.Samples.Add(sample);
        }

        return read;
    }

    /// <summary>The one sample of this name whose labels contain these.</summary>
    public double Value(string name, params (string Name, string Value)[] labels) =>
        Assert.Single(Samples, sample => sample.Name == name && labels.All(label => sample.Labels.GetValueOrDefault(label.Name) == label.Value)).Value;

    private Sample ParseSample(string line)
    {
        var parts = Line().Match(line);
        Assert.True(parts.Success, $"No sample: '{line}'");
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (Match label in Label().Matches(parts.Groups[2].Value))
            labels.Add(label.Groups[1].Value, Regex.Unescape(label.Groups[2].Value));
        var value = parts.Groups[3].Value;
        return new Sample(parts.Groups[1].Value, labels, double.Parse(value, CultureInfo.InvariantCulture));
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

    [GeneratedRegex("""^([a-z][a-z0-9_]*)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)+)\})? ([-+0-9.eEInfNa]+)$""")]
    private static partial Regex Line();

    [GeneratedRegex("""([a-z_]+)="((?:[^"\\\n]|\\[\\"n])*)",?""")]
    private static partial Regex Label();
}
