namespace Lutra.Node.Hosting;

/// <summary>
/// Calls at an interval, on a thread of its own. A timer of the pool wakes three threads for each call: of all that an idle node does, most (docs/performance.md).
/// A call that comes late is not made up for.
/// </summary>
internal sealed class Ticker : IDisposable
{
    private readonly ManualResetEvent stopped = new(false);
    private readonly Thread thread;

    public Ticker(int intervalMillis, Action tick)
    {
        thread = new Thread(() =>
        {
            while (!stopped.WaitOne(intervalMillis))
                tick();
        })
        { IsBackground = true, Name = "lutra ticks" };
        thread.Start();
    }

    /// <summary>No call is made any more once this returns, but the one that it is called from.</summary>
    public void Dispose()
    {
        stopped.Set();
        if (Thread.CurrentThread != thread)
        {
            thread.Join();
            stopped.Dispose();
        }
    }
}
