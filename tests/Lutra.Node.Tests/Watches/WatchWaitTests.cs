using Lutra.Node.Hosting;

namespace Lutra.Node.Tests.Watches;

/// <summary>How readers of watches wait and are woken.</summary>
public sealed class WatchWaitTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task A_call_is_not_lost_whenever_it_comes()
    {
        using var wait = new WatchWait(new WatchTurns(), quiet: null);
        wait.Call();
        wait.Call();
        Assert.True(wait.Something().AsTask().IsCompletedSuccessfully);
        var next = wait.Something().AsTask();
        Assert.False(next.IsCompleted);
        wait.Call();
        await next.WaitAsync(Patience, TestContext.Current.CancellationToken);

        // One who calls beside one who waits, again and again: a call that got lost would never come back.
        var calls = 0;
        var caller = Task.Run(
            () =>
            {
                for (var last = -1; last < 20_000;)
                {
                    if (Volatile.Read(ref calls) is var now && now != last)
                        last = now;
                    else
                        continue;
                    wait.Call();
                }
            },
            TestContext.Current.CancellationToken);
        for (; calls <= 20_000; Interlocked.Increment(ref calls))
            await wait.Something().AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);
        await caller.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Who_calls_does_not_run_the_reader()
    {
        using var wait = new WatchWait(new WatchTurns(), quiet: null);
        using var hasCalled = new ManualResetEventSlim();
        var reader = ReadAsync();
        wait.Call();
        hasCalled.Set();
        await reader.WaitAsync(Patience, TestContext.Current.CancellationToken);

        async Task ReadAsync()
        {
            await wait.Something();
            Assert.True(hasCalled.Wait(Patience), "The reader ran before the call had returned.");
        }
    }

    [Fact]
    public async Task Ten_thousand_that_wake_at_once_do_not_fill_the_pools_queue()
    {
        var turns = new WatchTurns();
        var waits = Enumerable.Range(0, 10_000).Select(_ => new WatchWait(turns, quiet: null)).ToArray();
        var longest = 0L;
        var gate = new Lock();
        var all = Task.WhenAll(waits.Select(ReadAsync));
        foreach (var wait in waits)
            wait.Call();
        await all.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.InRange(longest, 0, 2000);
        foreach (var wait in waits)
            wait.Dispose();

        async Task ReadAsync(WatchWait wait)
        {
            await wait.Something().ConfigureAwait(false);
            lock (gate)
                longest = Math.Max(longest, ThreadPool.PendingWorkItemCount);
        }
    }

    [Fact]
    public async Task Quiet_wakes_it_again_and_again()
    {
        using var wait = new WatchWait(new WatchTurns(), TimeSpan.FromMilliseconds(1));
        for (var times = 0; times < 3; times++)
        {
            while (!wait.IsQuiet)
                await wait.Something().AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);
            wait.Told();
        }
    }
}
