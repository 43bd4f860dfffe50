namespace Lutra.Node.Watches;

/// <summary>
/// The last few batches that watchers which have fallen behind read from the tables. Those that want the same mostly fall behind together: the first of them
/// reads, the others are given what it read, and whoever encodes it does so once. From any thread.
/// </summary>
internal sealed class PulledBatches
{
    private const int Remembered = 16;
    private const int RememberedBytesMax = 1024 * 1024;

    private readonly Lock gate = new();
    private readonly Entry?[] entries = new Entry?[Remembered];
    private int oldest;

    /// <summary>What was read from <paramref name="next"/> on for a watch of the same; null: nothing that is remembered.</summary>
    public WatchBatch? Find(WatchOperation watch, long next)
    {
        lock (gate)
        {
            foreach (var entry in entries)
            {
                if (entry is not null && entry.Next == next && WantTheSame(entry.Watch, watch))
                    return entry.Batch;
            }
        }

        return null;
    }

    public void Add(WatchOperation watch, long next, WatchBatch batch, int sizeBytes)
    {
        if (sizeBytes > RememberedBytesMax)
            return;
        lock (gate)
        {
            entries[oldest] = new Entry(watch, next, batch);
            oldest = (oldest + 1) % Remembered;
        }
    }

    /// <summary>Nobody watches: what was read is let go.</summary>
    public void Clear()
    {
        lock (gate)
            Array.Clear(entries);
    }

    private static bool WantTheSame(WatchOperation left, WatchOperation right) =>
        left.ReturnPrevious == right.ReturnPrevious && left.NoPuts == right.NoPuts && left.NoDeletes == right.NoDeletes
        && left.Range.From.Span.SequenceEqual(right.Range.From.Span) && left.Range.IsSingleKey == right.Range.IsSingleKey
        && (left.Range.End ?? default).Span.SequenceEqual((right.Range.End ?? default).Span);

    private sealed record Entry(WatchOperation Watch, long Next, WatchBatch Batch);
}
