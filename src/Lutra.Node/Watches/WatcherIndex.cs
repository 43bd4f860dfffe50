namespace Lutra.Node.Watches;

/// <summary>
/// Which watchers want a key: a dictionary for those of single keys, and for ranges a sorted array in which whole parts without a match are passed over, so
/// that ten thousand watchers cost a write no walk over them all.
/// </summary>
/// <param name="unsortedMax">So many new ranges are looked through one by one before they are sorted in.</param>
internal sealed class WatcherIndex(int unsortedMax = WatcherIndex.UnsortedMaxDefault)
{
    public const int UnsortedMaxDefault = 128;

    private readonly Dictionary<ReadOnlyMemory<byte>, List<Watcher>> byKey = new(BytesComparer.Instance);
    private readonly List<Watcher> unsorted = [];
    private Watcher[] byStart = [];
    private ReadOnlyMemory<byte>[] furthestEnd = [];
    private int removedFromSorted;

    public int Count { get; private set; }

    public void Add(Watcher watcher)
    {
        Count++;
        if (watcher.Range.IsSingleKey)
        {
            if (!byKey.TryGetValue(watcher.Range.From, out var same))
                byKey.Add(watcher.Range.From, same = []);
            same.Add(watcher);
            return;
        }

        unsorted.Add(watcher);
        if (unsorted.Count > unsortedMax)
            Sort();
    }

    /// <summary>It was added, and not removed since.</summary>
    public void Remove(Watcher watcher)
    {
        Count--;
        if (watcher.Range.IsSingleKey)
        {
            var same = byKey[watcher.Range.From];
            same.Remove(watcher);
            if (same.Count == 0)
                byKey.Remove(watcher.Range.From);
        }
        else if (!unsorted.Remove(watcher))
        {
            // Stays in its place, where it is passed over, until a quarter of the places are such.
            byStart[Array.IndexOf(byStart, watcher)] = watcher.Placeholder;
            if (++removedFromSorted > 16 + (byStart.Length / 4))
                Sort();
        }
    }

    public void Find(ReadOnlySpan<byte> key, List<Watcher> into)
    {
        if (byKey.Count > 0 && byKey.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out var same))
            into.AddRange(same);
        FindSorted(0, byStart.Length, key, into);
        foreach (var watcher in unsorted)
        {
            if (watcher.Range.Contains(key))
                into.Add(watcher);
        }
    }

    public List<Watcher> All()
    {
        List<Watcher> all = [.. byStart.Where(watcher => !watcher.IsPlaceholder), .. unsorted];
        foreach (var same in byKey.Values)
            all.AddRange(same);
        all.Sort((left, right) => left.Number.CompareTo(right.Number));
        return all;
    }

    private void Sort()
    {
        byStart = [.. byStart.Where(watcher => !watcher.IsPlaceholder), .. unsorted];
        unsorted.Clear();
        removedFromSorted = 0;
        Array.Sort(byStart, (left, right) => left.Range.From.Span.SequenceCompareTo(right.Range.From.Span) is not 0 and var order
            ? order : left.Number.CompareTo(right.Number));
        furthestEnd = new ReadOnlyMemory<byte>[byStart.Length];
        FillEnds(0, byStart.Length);
    }

    // The middle of a part stands for the whole of it: no range in it ends later than this. Empty: at the end of the store.
    private ReadOnlyMemory<byte>? FillEnds(int from, int to)
    {
        if (from >= to)
            return null;
        var middle = (from + to) / 2;
        var furthest = Later(Later(byStart[middle].Range.End, FillEnds(from, middle)), FillEnds(middle + 1, to));
        furthestEnd[middle] = furthest!.Value;
        return furthest;
    }

    private static ReadOnlyMemory<byte>? Later(ReadOnlyMemory<byte>? left, ReadOnlyMemory<byte>? right)
    {
        if (left is not { } one || right is not { } other)
            return left ?? right;
        if (one.IsEmpty || other.IsEmpty)
            return ReadOnlyMemory<byte>.Empty;
        return one.Span.SequenceCompareTo(other.Span) >= 0 ? one : other;
    }

    private void FindSorted(int from, int to, ReadOnlySpan<byte> key, List<Watcher> into)
    {
        while (from < to)
        {
            var middle = (from + to) / 2;
            var end = furthestEnd[middle].Span;
            if (!end.IsEmpty && end.SequenceCompareTo(key) <= 0)
                return;
            FindSorted(from, middle, key, into);
            var watcher = byStart[middle];
            if (watcher.Range.From.Span.SequenceCompareTo(key) > 0)
                return;
            if (!watcher.IsPlaceholder && watcher.Range.Contains(key))
                into.Add(watcher);
            from = middle + 1;
        }
    }

    private sealed class BytesComparer : IEqualityComparer<ReadOnlyMemory<byte>>, IAlternateEqualityComparer<ReadOnlySpan<byte>, ReadOnlyMemory<byte>>
    {
        public static readonly BytesComparer Instance = new();

        public bool Equals(ReadOnlyMemory<byte> left, ReadOnlyMemory<byte> right) => left.Span.SequenceEqual(right.Span);

        public int GetHashCode(ReadOnlyMemory<byte> bytes) => GetHashCode(bytes.Span);

        public bool Equals(ReadOnlySpan<byte> left, ReadOnlyMemory<byte> right) => left.SequenceEqual(right.Span);

        // Looked up, never walked: that it differs from process to process cannot reach any output.
        public int GetHashCode(ReadOnlySpan<byte> bytes)
        {
            var hash = new HashCode();
            hash.AddBytes(bytes);
            return hash.ToHashCode();
        }

        public ReadOnlyMemory<byte> Create(ReadOnlySpan<byte> bytes) => bytes.ToArray();
    }
}
