using System.Collections.Concurrent;

namespace Lutra.Node.Hosting;

/// <summary>
/// Wakes the readers of watches, a few at a time, and then goes to the back of the thread pool's queue. One write may wake ten thousand of them: handed to the pool
/// all at once they stand before everything else that the process does. (On a busy machine with ten thousand watches, <c>bench/run watchers</c> saw the median of
/// a put fall from 2.9 s to 0.2 s.)
/// </summary>
internal sealed class WatchTurns : IThreadPoolWorkItem
{
    // Few enough that what comes behind them hardly waits, enough that going to the back costs little for each.
    private const int PerTurn = 32;

    private readonly ConcurrentQueue<WatchWait> ready = new();
    private int scheduled;

    public void Add(WatchWait wait)
    {
        ready.Enqueue(wait);
        if (Interlocked.Exchange(ref scheduled, 1) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    public void Execute()
    {
        for (var woken = 0; woken < PerTurn && ready.TryDequeue(out var wait); woken++)
            wait.Wake();
        if (ready.IsEmpty)
        {
            Volatile.Write(ref scheduled, 0);

            // Something may have come between the look and the word; then its bringer saw that a turn was scheduled.
            Interlocked.MemoryBarrier();
            if (ready.IsEmpty || Interlocked.Exchange(ref scheduled, 1) != 0)
                return;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }
}
