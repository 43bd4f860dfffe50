namespace Lutra.Keyspace.Commands;

/// <summary>
/// A set of keys made of ranges, kept disjoint, so that a look-up takes one probe however many were added (a hostile transaction holds
/// many).
/// </summary>
internal sealed class KeyIntervals
{
    private readonly SortedSet<KeyRange> ranges =
        new(Comparer<KeyRange>.Create((left, right) => KeyOrder.Instance.Compare(left.From, right.From)));

    public IEnumerable<KeyRange> Ranges => ranges;

    public void Add(KeyRange range)
    {
        if (range.IsSingleKey)
            range = new KeyRange(range.From, (byte[])[.. range.From.Span, 0]);
        if (!range.Contains(range.From.Span))
            return;

        if (AtOrBefore(range.From) is { } before && Touches(before, range.From))
        {
            ranges.Remove(before);
            range = new KeyRange(before.From, Later(before.End!.Value, range.End!.Value));
        }

        while (AtOrAfter(range.From) is { } after && Touches(range, after.From))
        {
            ranges.Remove(after);
            range = new KeyRange(range.From, Later(after.End!.Value, range.End!.Value));
        }

        ranges.Add(range);
    }

    public bool Contains(ReadOnlyMemory<byte> key) => AtOrBefore(key) is { } range && range.Contains(key.Span);

    private KeyRange? AtOrBefore(ReadOnlyMemory<byte> key)
    {
        if (ranges.Count == 0 || KeyOrder.Instance.Compare(ranges.Min.From, key) > 0)
            return null;
        return ranges.GetViewBetween(ranges.Min, KeyRange.Single(key)).Max;
    }

    private KeyRange? AtOrAfter(ReadOnlyMemory<byte> key)
    {
        if (ranges.Count == 0 || KeyOrder.Instance.Compare(ranges.Max.From, key) < 0)
            return null;
        return ranges.GetViewBetween(KeyRange.Single(key), ranges.Max).Min;
    }

    private static bool Touches(KeyRange range, ReadOnlyMemory<byte> key) =>
        range.End!.Value.IsEmpty || KeyOrder.Instance.Compare(key, range.End.Value) <= 0;

    // An empty end is the end of the store.
    private static ReadOnlyMemory<byte> Later(ReadOnlyMemory<byte> left, ReadOnlyMemory<byte> right)
    {
        if (left.IsEmpty || right.IsEmpty)
            return ReadOnlyMemory<byte>.Empty;
        return KeyOrder.Instance.Compare(left, right) >= 0 ? left : right;
    }
}

/// <summary>Unsigned byte order.</summary>
internal sealed class KeyOrder : IComparer<ReadOnlyMemory<byte>>
{
    public static readonly KeyOrder Instance = new();

    public int Compare(ReadOnlyMemory<byte> x, ReadOnlyMemory<byte> y) => x.Span.SequenceCompareTo(y.Span);
}
