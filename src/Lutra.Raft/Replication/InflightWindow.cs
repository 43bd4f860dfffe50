namespace Lutra.Raft;

/// <summary>
/// The appends on their way to one follower, bounded in number and in bytes, so that a slow one costs a bounded amount of memory
/// (pitfall F03). The first append is always let through, however large.
/// </summary>
internal sealed class InflightWindow(int appendsMax, int bytesMax)
{
    private readonly Queue<(LogIndex Last, int SizeBytes)> appends = new();
    private long bytes;

    public int Count => appends.Count;

    public long Bytes => bytes;

    public bool IsFull => appends.Count >= appendsMax || bytes >= bytesMax;

    /// <summary>An append whose last entry is <paramref name="last"/> was sent; they are sent in ascending order.</summary>
    public void Add(LogIndex last, int sizeBytes)
    {
        appends.Enqueue((last, sizeBytes));
        bytes += sizeBytes;
    }

    /// <summary>Everything up to and with <paramref name="matched"/> has arrived.</summary>
    public void FreeUpTo(LogIndex matched)
    {
        while (appends.TryPeek(out var first) && first.Last <= matched)
        {
            appends.Dequeue();
            bytes -= first.SizeBytes;
        }
    }

    public void Clear()
    {
        appends.Clear();
        bytes = 0;
    }
}
