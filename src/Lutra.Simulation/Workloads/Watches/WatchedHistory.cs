using System.Text;

namespace Lutra.Simulation.Workloads.Watches;

/// <summary>
/// Every change that the watches of everything were told of: the log against which each watch of a part is held (I11). Of revisions that all of those missed,
/// because they were compacted away, it says nothing.
/// </summary>
internal sealed class WatchedHistory
{
    private readonly SortedDictionary<long, WatchEvent[]> revisions = [];

    /// <summary>Up to where something is known.</summary>
    public long Newest { get; private set; }

    /// <summary>All changes of one revision, of the keys that matter; told once for each revision.</summary>
    public void Add(long revision, WatchEvent[] changes)
    {
        revisions.Add(revision, changes);
        Newest = Math.Max(Newest, revision);
    }

    /// <summary>What a watch of a part was told wrongly; null: all was as it was.</summary>
    public string? Judge(IEnumerable<WatchStretch> stretches)
    {
        var before = Before();
        long[] changed = [.. revisions.Where(pair => pair.Value.Length > 0).Select(pair => pair.Key)];
        return stretches.Select(stretch => Judge(stretch, changed, before)).FirstOrDefault(wrong => wrong is not null);
    }

    private string? Judge(WatchStretch stretch, long[] changed, SortedDictionary<long, KeyValue?[]> before)
    {
        var at = Array.BinarySearch(changed, stretch.First);
        var told = 0;
        for (at = at < 0 ? ~at : at; at < changed.Length && changed[at] <= stretch.Last; at++)
        {
            if (Judge(stretch, changed[at], before, ref told) is { } wrong)
                return wrong;
        }

        return ToldMore(stretch, stretch.Last + 1, ref told);
    }

    private string? Judge(WatchStretch stretch, long revision, SortedDictionary<long, KeyValue?[]> before, ref int told)
    {
        if (ToldMore(stretch, revision, ref told) is { } more)
            return more;
        var (changes, olds) = (revisions[revision], before.GetValueOrDefault(revision));
        for (var at = 0; at < changes.Length; at++)
        {
            if (!stretch.Wants(changes[at]))
                continue;
            if (told == stretch.Events.Count || !IsSame(changes[at], stretch.Events[told]))
                return $"I11: {stretch} was told {(told == stretch.Events.Count ? "nothing more" : Describe(stretch.Events[told]))} at revision {revision}, and there was {Describe(changes[at])}";
            var was = stretch.Events[told++];
            if (olds is not null && IsWrongBefore(stretch, was, olds[at]))
                return $"I11: {stretch} was told that before {Describe(was)} there was {Describe(was.Previous)}, and it was {Describe(olds[at])}";
        }

        return null;
    }

    // Something that nobody made, before this revision; where the history knows that there was nothing.
    private string? ToldMore(WatchStretch stretch, long revision, ref int told)
    {
        for (; told < stretch.Events.Count && stretch.Events[told].Current.ModRevision.Value is var other && other < revision; told++)
        {
            if (revisions.ContainsKey(other))
                return $"I11: {stretch} was told {Describe(stretch.Events[told])}, which nobody made";
        }

        return null;
    }

    // Where it was compacted away it may be missing.
    private static bool IsWrongBefore(WatchStretch stretch, WatchEvent told, KeyValue? was)
    {
        if (!stretch.WithPrevious)
            return told.Previous is not null;
        if (told.Previous is null)
            return was is not null && told.Current.ModRevision.Value > stretch.FloorWhenTold;
        return was is null || !IsSame(was, told.Previous);
    }

    // What each change replaced, for the revisions before which nothing is missing.
    private SortedDictionary<long, KeyValue?[]> Before()
    {
        var before = new SortedDictionary<long, KeyValue?[]>();
        var newest = new SortedDictionary<string, KeyValue?>(StringComparer.Ordinal);
        long expected = 2;
        foreach (var (revision, changes) in revisions)
        {
            if (revision != expected++)
                break;
            before.Add(revision, [.. changes.Select(change => newest.GetValueOrDefault(KeyOf(change)))]);
            foreach (var change in changes)
                newest[KeyOf(change)] = change.IsDelete ? null : change.Current;
        }

        return before;
    }

    private static bool IsSame(WatchEvent one, WatchEvent other) => one.IsDelete == other.IsDelete && IsSame(one.Current, other.Current);

    private static bool IsSame(KeyValue one, KeyValue other) =>
        one.Key.Span.SequenceEqual(other.Key.Span) && one.Value.Span.SequenceEqual(other.Value.Span)
        && (one.ModRevision, one.CreateRevision, one.Version, one.Lease) == (other.ModRevision, other.CreateRevision, other.Version, other.Lease);

    private static string KeyOf(WatchEvent change) => Encoding.UTF8.GetString(change.Current.Key.Span);

    private static string Describe(WatchEvent change) => $"{(change.IsDelete ? "the end" : $"version {change.Current.Version}")} of {KeyOf(change)} at revision {change.Current.ModRevision}";

    private static string Describe(KeyValue? value) => value is null ? "nothing" : $"what revision {value.ModRevision} made";
}

/// <summary>What one watch of a part was told, from its first revision up to the last of which it was told all.</summary>
internal sealed class WatchStretch(WatchOperation watch, string name, long first)
{
    public long First => first;

    public long Last { get; set; } = first - 1;

    public bool WithPrevious => watch.ReturnPrevious;

    public List<WatchEvent> Events { get; } = [];

    /// <summary>The compaction floor of its node when it was told something last.</summary>
    public long FloorWhenTold { get; set; }

    public bool Wants(WatchEvent change) => watch.Range.Contains(change.Current.Key.Span) && !(change.IsDelete ? watch.NoDeletes : watch.NoPuts);

    public override string ToString() => $"{name}, which watched {Describe(watch)} from {first} on,";

    private static string Describe(WatchOperation watch)
    {
        var end = watch.Range.End is { } last ? $"..{Encoding.UTF8.GetString(last.Span)}" : "";
        return $"{Encoding.UTF8.GetString(watch.Range.From.Span)}{end}{(watch.NoPuts ? " without puts" : "")}{(watch.NoDeletes ? " without deletions" : "")}";
    }
}
