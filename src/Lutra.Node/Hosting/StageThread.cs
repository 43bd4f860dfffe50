namespace Lutra.Node.Hosting;

/// <summary>A thread that gives stages their turns, one after the other, and sleeps in between.</summary>
internal sealed class StageThread : IDisposable
{
    private readonly Lock gate = new();
    private readonly Queue<StageTurn> queue = new();
    private readonly SemaphoreSlim waiting = new(0);
    private readonly Thread thread;
    private volatile bool stopped;

    public StageThread(string name)
    {
        thread = new Thread(Run) { IsBackground = true, Name = name };
        thread.Start();
    }

    public void Enqueue(StageTurn turn)
    {
        lock (gate)
            queue.Enqueue(turn);
        waiting.Release();
    }

    /// <summary>Lets the turn that is under way end, then ends the thread.</summary>
    public void Dispose()
    {
        stopped = true;
        waiting.Release();
        if (Thread.CurrentThread != thread)
            thread.Join();
        waiting.Dispose();
    }

    private void Run()
    {
        while (!stopped)
        {
            waiting.Wait();
            if (stopped)
                return;
            StageTurn turn;
            lock (gate)
                turn = queue.Dequeue();
            turn.Execute();
        }
    }
}
