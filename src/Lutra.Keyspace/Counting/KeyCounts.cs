using Lutra.Storage.Tables;

namespace Lutra.Keyspace;

/// <summary>
/// How many live keys there are in each stretch of the key space, as of one state. A count over many keys then walks the two stretches in which it begins and
/// ends, and adds up those between. Never changes.
/// </summary>
/// <param name="starts">The first key that can be in each stretch, ascending; the first is the empty key.</param>
/// <param name="pages">The counts, <see cref="PageStretches"/> to a page.</param>
internal sealed class KeyCounts(byte[][] starts, int[][] pages)
{
    public const int PageStretches = 256;

    /// <summary>The live keys of a range. <paramref name="view"/> is of the state that the counts are of.</summary>
    /// <param name="from">The first key that counts.</param>
    /// <param name="end">The first key that does not; empty: all do.</param>
    public long Between(TableView view, long revision, ReadOnlyMemory<byte> from, ReadOnlyMemory<byte> end)
    {
        if (!end.IsEmpty && end.Span.SequenceCompareTo(from.Span) <= 0)
            return 0;
        var first = StretchOf(from.Span);
        var last = end.IsEmpty ? starts.Length : StretchOf(end.Span);
        if (first == last)
            return Walk(view, revision, from, end);
        var count = Walk(view, revision, from, first + 1 < starts.Length ? starts[first + 1] : ReadOnlyMemory<byte>.Empty);
        for (var stretch = first + 1; stretch < last; stretch++)
            count += pages[stretch / PageStretches][stretch % PageStretches];
        return last < starts.Length ? count + Walk(view, revision, starts[last], end) : count;
    }

    private int StretchOf(ReadOnlySpan<byte> key) => Stretches.Find(starts, key);

    private static long Walk(TableView view, long revision, ReadOnlyMemory<byte> from, ReadOnlyMemory<byte> end)
    {
        if (!end.IsEmpty && end.Span.SequenceEqual(from.Span))
            return 0;
        var count = 0L;
        var walk = new KeyWalk(view, new KeyRange(from, end), revision);
        while (walk.MoveNext())
            count++;
        return count;
    }
}
