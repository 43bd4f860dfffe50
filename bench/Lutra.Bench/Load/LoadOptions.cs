using System.Globalization;

namespace Lutra.Bench.Load;

/// <summary>What stands behind the name of a load, as <c>--name number</c>.</summary>
internal sealed class LoadOptions
{
    private readonly Dictionary<string, int> given = [];
    private readonly HashSet<string> known = [];

    public static LoadOptions Parse(ReadOnlySpan<string> words)
    {
        var options = new LoadOptions();
        for (var at = 0; at < words.Length; at += 2)
        {
            if (!words[at].StartsWith("--", StringComparison.Ordinal) || at + 1 == words.Length
                || !int.TryParse(words[at + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                throw new ArgumentException($"Expected --name and a number, not '{string.Join(' ', words[at..])}'.");
            }

            options.given[words[at][2..]] = number;
        }

        return options;
    }

    public int Number(string name, int otherwise)
    {
        known.Add(name);
        return given.GetValueOrDefault(name, otherwise);
    }

    /// <summary>After all were asked for: what is left means nothing to anybody.</summary>
    public void RefuseOthers()
    {
        if (given.Keys.FirstOrDefault(name => !known.Contains(name)) is { } stranger)
            throw new ArgumentException($"There is no --{stranger} here, but {string.Join(", ", known.Select(name => $"--{name}"))}.");
    }
}
