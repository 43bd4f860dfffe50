namespace Lutra.Storage.Log.Segments;

/// <summary>
/// Finds entries by index: one point for about every 16 KiB of records and one wherever the stream of records jumps (a new segment, an
/// entry that replaces another), so that between two points entries follow each other without a gap. 24 bytes a point: about 100 KiB for
/// a segment of 64 MiB. Not thread-safe.
/// </summary>
internal sealed class EntryIndex
{
    /// <summary>At least this many bytes of records lie between two points that no jump forces.</summary>
    public const int SpacingBytes = 16 * 1024;

    private readonly List<Point> points = [];

    public bool IsEmpty => points.Count == 0;

    public Point this[int at] => points[at];

    public int Count => points.Count;

    /// <summary>The entry of this point follows what is there, or replaces it and what comes after.</summary>
    public void Add(Point point)
    {
        var keep = points.Count;
        while (keep > 0 && points[keep - 1].Index >= point.Index)
            keep--;
        points.RemoveRange(keep, points.Count - keep);
        points.Add(point);
    }

    public void Clear() => points.Clear();

    /// <summary>Forgets what lies in segments before <paramref name="segmentNumber"/>.</summary>
    public void DropBefore(ulong segmentNumber) => points.RemoveRange(0, FirstIn(segmentNumber));

    /// <summary>The first point in this segment or a later one; <see cref="Count"/> where there is none.</summary>
    public int FirstIn(ulong segmentNumber) => LowerBound(segmentNumber, static (point, number) => point.Segment.Number < number);

    /// <summary>The last point at or before <paramref name="index"/>; -1 where there is none.</summary>
    public int FindAtOrBefore(ulong index) => LowerBound(index, static (point, wanted) => point.Index <= wanted) - 1;

    private int LowerBound(ulong wanted, Func<Point, ulong, bool> isBefore)
    {
        var (low, high) = (0, points.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (isBefore(points[middle], wanted))
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    /// <summary>The record of entry <paramref name="Index"/> lies at <paramref name="Offset"/>.</summary>
    internal readonly record struct Point(ulong Index, Segment Segment, int Offset);
}
