using System.Collections.Concurrent;

namespace Lutra.Node.Hosting;

/// <summary>
/// Runs what waits for finished requests on the thread pool, about sixteen to a work item: one item each costs more than the work itself, and the
/// stage that finished them must not run foreign code.
/// </summary>
internal sealed class Completions : IThreadPoolWorkItem
{
    private const int PerItem = 16;

    private readonly ConcurrentQueue<ICompletion> finished = new();
    private int scheduled;

    public void Add(ICompletion completion)
    {
        finished.Enqueue(completion);
        Schedule();
    }

    public void Execute()
    {
        // From here on another item may run beside this one.
        Volatile.Write(ref scheduled, 0);
        for (var taken = 0; taken < PerItem && finished.TryDequeue(out var completion); taken++)
            completion.Run();
        if (!finished.IsEmpty)
            Schedule();
    }

    private void Schedule()
    {
        if (Interlocked.Exchange(ref scheduled, 1) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }
}

/// <summary>Something to tell a caller.</summary>
internal interface ICompletion
{
    void Run();
}
