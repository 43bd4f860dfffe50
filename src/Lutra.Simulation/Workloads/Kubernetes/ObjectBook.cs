using System.Globalization;
using System.Text;

namespace Lutra.Simulation.Workloads.Kubernetes;

/// <summary>
/// What all controllers know together: every change that a watch told, every change that was acknowledged, every list. What one was told another must not have been
/// told otherwise, and what was acknowledged must be among what was told.
/// </summary>
internal sealed class ObjectBook
{
    private readonly SortedDictionary<(long Revision, string Key), long> told = [];
    private readonly SortedDictionary<(long Revision, string Key), long> acknowledged = [];
    private readonly SortedDictionary<long, string> lists = [];
    private readonly List<(long From, long To)> followed = [];

    /// <summary>The generation that an object says of itself: how often it was written since it came to be.</summary>
    public static long GenerationOf(KeyValue value) => long.Parse(Encoding.UTF8.GetString(value.Value.Span).TrimEnd(), CultureInfo.InvariantCulture);

    /// <param name="generation">0: it is gone.</param>
    /// <returns>What is wrong; null: nothing.</returns>
    public string? Told(long revision, string key, long generation) =>
        told.TryAdd((revision, key), generation) || told[(revision, key)] == generation
            ? null
            : $"I11: of revision {revision} one watch was told that {key} is {Say(told[(revision, key)])}, and another that it is {Say(generation)}";

    /// <summary>A watch was told everything of these revisions.</summary>
    public void Followed(long from, long to)
    {
        if (from <= to)
            followed.Add((from, to));
    }

    public void Acknowledged(long revision, string key, long generation) => acknowledged[(revision, key)] = generation;

    /// <returns>What is wrong; null: nothing.</returns>
    public string? Listed(long revision, IEnumerable<KeyValue> objects, string by)
    {
        var text = string.Join(' ', objects.Select(each => $"{Encoding.UTF8.GetString(each.Key.Span)}@{each.ModRevision}={GenerationOf(each)}"));
        return lists.TryAdd(revision, text) || lists[revision] == text ? null : $"P1: at revision {revision} {by} found {text}, and there was {lists[revision]}";
    }

    public string? Judge()
    {
        foreach (var ((revision, key), generation) in acknowledged)
        {
            if (told.TryGetValue((revision, key), out var seen) ? seen != generation : followed.Exists(stretch => stretch.From <= revision && revision <= stretch.To))
                return $"I11: at revision {revision} {key} was acknowledged as {Say(generation)}, and the watches were told {(told.ContainsKey((revision, key)) ? Say(seen) : "nothing of it")}";
        }

        return null;
    }

    private static string Say(long generation) => generation == 0 ? "gone" : $"generation {generation}";
}
