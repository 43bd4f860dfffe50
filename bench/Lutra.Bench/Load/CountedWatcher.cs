using System.Buffers.Text;
using System.Diagnostics;

namespace Lutra.Bench.Load;

/// <summary>
/// What one watcher was told, over whatever protocol. Sees to it that revisions only grow, and keeps a sum over them in their order, which is the same only for the
/// same revisions.
/// </summary>
/// <param name="name">Who it is, where something is wrong.</param>
/// <param name="lags">Where each event's time since its value says that it was sent is counted; null: values say nothing of the kind.</param>
internal class CountedWatcher(string name, LagCounts? lags)
{
    private readonly TaskCompletionSource began = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long last;
    private long count;
    private long deletes;

    /// <summary>The first thing that was wrong; null: nothing.</summary>
    public string? Fault { get; private set; }

    public long Count => Interlocked.Read(ref count);

    public ulong Sum { get; private set; }

    public long Deletes => Interlocked.Read(ref deletes);

    /// <summary>The server has said from where it watches, or something was wrong.</summary>
    public Task Began => began.Task;

    /// <summary>The sum for the next revision after <paramref name="sum"/>.</summary>
    public static ulong Add(ulong sum, long revision) => (sum * 1_000_003) + (ulong)revision;

    /// <summary>Everything up to this revision was told.</summary>
    public void Progress(long revision)
    {
        if (revision < last)
            Fail($"Progress says {revision} after {last}.");
        last = revision;
        began.TrySetResult();
    }

    /// <param name="value">Begins with the time when it was sent, where lags are counted.</param>
    public void Take(long revision, bool isDelete, ReadOnlySpan<byte> value)
    {
        if (revision <= last)
            Fail($"Revision {revision} after {last}.");
        last = revision;
        Sum = Add(Sum, revision);
        if (isDelete)
            Interlocked.Increment(ref deletes);
        else if (lags is not null)
            CountLag(value);
        Interlocked.Increment(ref count);
    }

    public void Fail(string why)
    {
        Fault ??= $"{name} at revision {last}: {why}";
        began.TrySetResult();
    }

    private void CountLag(ReadOnlySpan<byte> value)
    {
        if (Utf8Parser.TryParse(value, out long sent, out _))
            lags!.Add(Stopwatch.GetElapsedTime(sent));
        else
            Fail($"No time of sending in revision {last}.");
    }
}
