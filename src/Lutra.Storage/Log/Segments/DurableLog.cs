using Lutra.Raft;
using Lutra.Storage.Log.Slots;

namespace Lutra.Storage.Log.Segments;

/// <summary>
/// What of the log is on disk and where: the segments in use and the index into them. Thread-safe: the writer extends it, readers pin
/// segments, a cut drops them.
/// </summary>
internal sealed class DurableLog
{
    private readonly Lock gate = new();
    private readonly List<Segment> segments = [];
    private readonly EntryIndex index = new();
    private readonly Action<Segment> dropped;
    // The positions at which queued entries replace what is here: what lies at or behind the lowest is no longer part of the log.
    private readonly Queue<ulong> pendingReplacements = new();
    private ulong start;
    private ulong last;

    /// <param name="dropped">Gets each segment that holds nothing any more and has no reader.</param>
    public DurableLog(IEnumerable<Segment> segments, EntryIndex index, LogIndex start, LogIndex last, Action<Segment> dropped)
    {
        this.segments.AddRange(segments);
        this.index = index;
        this.start = start.Value;
        this.last = last.Value;
        this.dropped = dropped;
    }

    /// <summary>Raised by every reset: what was written before it is not part of the log any more.</summary>
    public int Epoch { get; private set; }

    /// <summary>The segments in use, and the bytes of their files.</summary>
    public (int Segments, long FileBytes) Size
    {
        get
        {
            lock (gate)
            {
                var bytes = 0L;
                foreach (var segment in segments)
                    bytes += segment.SizeBytes;
                return (segments.Count, bytes);
            }
        }
    }

    /// <summary>A queued entry will replace the one at <paramref name="at"/> and all after it.</summary>
    public void WillReplace(LogIndex at)
    {
        lock (gate)
            pendingReplacements.Enqueue(at.Value);
    }

    /// <summary>
    /// A batch is durable: its points in the order of its records, and how many of its entries replaced earlier ones. False where it was
    /// queued before a reset: it is not part of the log.
    /// </summary>
    public bool Extend(int epoch, Segment segment, List<EntryIndex.Point> points, LogIndex lastEntry, int replacements)
    {
        lock (gate)
        {
            if (epoch != Epoch)
            {
                Marks.ExtendAfterReset.Hit();
                return false;
            }
            if (segments.Count == 0 || segments[^1] != segment)
                segments.Add(segment);
            foreach (var point in points)
                index.Add(point);
            last = lastEntry.Value;
            while (replacements-- > 0)
                pendingReplacements.Dequeue();
            return true;
        }
    }

    /// <summary>
    /// Where a cut at <paramref name="upTo"/> would let the log begin: the last segment such that every entry before it is at or below
    /// <paramref name="upTo"/>. Null where no segment can go.
    /// </summary>
    public (Segment First, EntryIndex.Point? FirstEntry, LogIndex Start)? FindCut(LogIndex upTo)
    {
        lock (gate)
        {
            for (var at = segments.Count - 1; at > 0; at--)
            {
                var point = index.FirstIn(segments[at].Number);
                var firstEntry = point < index.Count ? index[point] : (EntryIndex.Point?)null;
                var before = (firstEntry?.Index ?? last + 1) - 1;
                if (before <= upTo.Value)
                    return (segments[at], firstEntry, new LogIndex(before));
            }
            return null;
        }
    }

    /// <summary>The cut is durable.</summary>
    public void Cut(LogStart newStart)
    {
        lock (gate)
        {
            start = newStart.Position.Index.Value;
            index.DropBefore(newStart.Segment);
            var gone = segments.TakeWhile(segment => segment.Number < newStart.Segment).ToArray();
            segments.RemoveRange(0, gone.Length);
            foreach (var segment in gone)
                Drop(segment);
        }
    }

    /// <summary>Hides everything at once. The segments are handed over, and not dropped before the reset is durable.</summary>
    public IReadOnlyList<Segment> Reset(LogIndex newStart)
    {
        lock (gate)
        {
            Epoch++;
            start = last = newStart.Value;
            index.Clear();
            pendingReplacements.Clear();
            var gone = segments.ToArray();
            segments.Clear();
            return gone;
        }
    }

    public void DropAll(IEnumerable<Segment> gone)
    {
        lock (gate)
        {
            foreach (var segment in gone)
                Drop(segment);
        }
    }

    /// <summary>
    /// The stretches of records that hold entries <paramref name="first"/> to <paramref name="lastWanted"/>, as far as they are there and
    /// until they have about <paramref name="bytesMax"/> bytes. Their segments stay until <see cref="Release"/>.
    /// </summary>
    public IReadOnlyList<Stretch> Pin(ulong first, ulong lastWanted, int bytesMax)
    {
        lock (gate)
        {
            var readable = last;
            foreach (var replaced in pendingReplacements)
                readable = Math.Min(readable, replaced - 1);
            lastWanted = Math.Min(lastWanted, readable);
            if (first <= start || first > lastWanted)
                return [];
            List<Stretch> stretches = [];
            long bytes = 0;
            for (var at = index.FindAtOrBefore(first); at < index.Count && first <= lastWanted && bytes < bytesMax; at++)
            {
                var point = index[at];
                var next = at + 1 < index.Count ? index[at + 1].Index : last + 1;
                var end = Math.Min(next - 1, lastWanted);
                // Known unless the stream jumps there; an entry that was replaced may make it too much.
                var length = at + 1 < index.Count && index[at + 1].Segment == point.Segment ? index[at + 1].Offset - point.Offset : 0;
                stretches.Add(new Stretch(point.Segment, point.Offset, length, point.Index, first, end));
                point.Segment.Readers++;
                // The first stretch may begin long before the entry that is wanted.
                bytes += first == point.Index ? length : 0;
                first = end + 1;
            }
            return stretches;
        }
    }

    public void Release(IReadOnlyList<Stretch> stretches)
    {
        lock (gate)
        {
            foreach (var stretch in stretches)
            {
                if (--stretch.Segment.Readers == 0 && stretch.Segment.IsDropped)
                {
                    Marks.DroppedSegmentWasBeingRead.Hit();
                    dropped(stretch.Segment);
                }
            }
        }
    }

    /// <summary>Closes every file: nothing reads or writes any more.</summary>
    public void Close()
    {
        lock (gate)
        {
            foreach (var segment in segments)
                segment.File.Dispose();
            segments.Clear();
            index.Clear();
            last = start;
        }
    }

    private void Drop(Segment segment)
    {
        segment.IsDropped = true;
        if (segment.Readers == 0)
            dropped(segment);
    }

    /// <summary>
    /// About <paramref name="Length"/> bytes of records (0: unknown) from <paramref name="Offset"/> on, the first of them entry
    /// <paramref name="At"/>; entries <paramref name="First"/> to <paramref name="Last"/> are wanted.
    /// </summary>
    internal readonly record struct Stretch(Segment Segment, int Offset, int Length, ulong At, ulong First, ulong Last);
}
