using Lutra.Storage.Tables;

namespace Lutra.Keyspace;

/// <summary>The counts while they are kept: changed key by key, and shown to readers as <see cref="KeyCounts"/> without a copy of what did not change. One thread at a time.</summary>
internal sealed class Stretches
{
    private readonly int stretchKeys;
    private readonly SortedSet<int> overfull = [];
    private byte[][] starts;
    private int[][] pages;
    private bool[] isOwn;
    private KeyCounts? shown;

    private Stretches(byte[][] starts, List<int> counts, int stretchKeys)
    {
        this.stretchKeys = stretchKeys;
        this.starts = starts;
        pages = PagesOf(counts);
        isOwn = new bool[pages.Length];
    }

    /// <summary>Some have grown too long.</summary>
    public bool IsOverfull => overfull.Count > 0;

    /// <summary>Walks all keys of a view, and cuts them into stretches of <paramref name="stretchKeys"/>.</summary>
    public static Stretches Of(TableView view, long revision, int stretchKeys)
    {
        var (starts, counts) = Cut(view, KeyRange.All, revision, stretchKeys);
        return new Stretches([.. starts], counts, stretchKeys);
    }

    /// <summary>Which stretch holds a key.</summary>
    public static int Find(byte[][] starts, ReadOnlySpan<byte> key)
    {
        var (low, high) = (0, starts.Length - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (key.SequenceCompareTo(starts[middle]) < 0)
                high = middle - 1;
            else
                low = middle;
        }

        return low;
    }

    public void Change(ReadOnlySpan<byte> key, int by)
    {
        var stretch = Find(starts, key);
        var page = stretch / KeyCounts.PageStretches;
        if (!isOwn[page])
        {
            pages[page] = [.. pages[page]];
            isOwn[page] = true;
        }

        shown = null;
        var now = pages[page][stretch % KeyCounts.PageStretches] += by;
        Invariant.Holds(now >= 0, "No stretch has fewer than no keys.");
        if (now > 2 * stretchKeys)
            overfull.Add(stretch);
    }

    /// <summary>As they are now.</summary>
    public KeyCounts Show()
    {
        if (shown is not null)
            return shown;
        Array.Clear(isOwn);
        return shown = new KeyCounts(starts, [.. pages]);
    }

    /// <summary>Cuts stretches that have grown too long, so that no count has far to walk.</summary>
    /// <param name="view">Of the state that the counts are of.</param>
    public void CutOverfull(TableView view, long revision)
    {
        List<byte[]> newStarts = [];
        List<int> newCounts = [];
        for (var stretch = 0; stretch < starts.Length; stretch++)
        {
            var end = stretch + 1 < starts.Length ? starts[stretch + 1] : [];
            if (overfull.Contains(stretch))
            {
                Marks.StretchCut.Hit();
                var (pieces, counts) = Cut(view, new KeyRange(starts[stretch], end), revision, stretchKeys);
                pieces[0] = starts[stretch];
                newStarts.AddRange(pieces);
                newCounts.AddRange(counts);
            }
            else
            {
                newStarts.Add(starts[stretch]);
                newCounts.Add(pages[stretch / KeyCounts.PageStretches][stretch % KeyCounts.PageStretches]);
            }
        }

        overfull.Clear();
        starts = [.. newStarts];
        pages = PagesOf(newCounts);
        isOwn = new bool[pages.Length];
        shown = null;
    }

    private static (List<byte[]> Starts, List<int> Counts) Cut(TableView view, KeyRange range, long revision, int stretchKeys)
    {
        List<byte[]> starts = [range.From.ToArray()];
        List<int> counts = [0];
        var walk = new KeyWalk(view, range, revision);
        while (walk.MoveNext())
        {
            if (counts[^1] == stretchKeys)
            {
                starts.Add(walk.Key.ToArray());
                counts.Add(0);
            }

            counts[^1]++;
        }

        return (starts, counts);
    }

    private static int[][] PagesOf(List<int> counts) => [.. counts.Chunk(KeyCounts.PageStretches)];
}
