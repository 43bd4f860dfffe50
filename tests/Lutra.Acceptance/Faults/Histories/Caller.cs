using System.Diagnostics;
using Lutra.Client;

namespace Lutra.Acceptance.Faults.Histories;

/// <summary>A client that does one thing after the other through any of the nodes, until it is told to stop.</summary>
internal abstract class Caller(IReadOnlyList<LutraClient> nodes, int number, int seed)
{
    private const int PauseMillisMax = 30;

    protected int Number => number;

    protected Random Random { get; } = new((seed * 1000) + number);

    /// <summary>In ticks of the stopwatch: one clock for all clients.</summary>
    protected static long Now => Stopwatch.GetTimestamp();

    public long Done { get; private set; }

    public long Unknown { get; private set; }

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await ActAsync(nodes[Random.Next(nodes.Count)]);
            await Task.Delay(Random.Next(PauseMillisMax), CancellationToken.None);
        }
    }

    protected abstract Task ActAsync(LutraClient node);

    /// <summary>The answer; null where it was certainly not done, or, as <paramref name="isUnknown"/> is told, where nobody knows.</summary>
    protected async Task<T?> AskAsync<T>(Func<ValueTask<T>> call, Action? isUnknown = null)
        where T : class
    {
        try
        {
            var answer = await call();
            Done++;
            return answer;
        }
        catch (LutraException refused)
        {
            Assert.True(
                refused.Error is LutraError.Unavailable or LutraError.OutcomeUnknown or LutraError.Stopped or LutraError.Overloaded or LutraError.NoSpace
                    or LutraError.FutureRevision or LutraError.Compacted or LutraError.LeaseNotFound,
                $"Client {number}: {refused.Error}: {refused.Message}");
            if (!refused.CertainlyNotDone)
            {
                Unknown++;
                isUnknown?.Invoke();
            }

            return null;
        }
    }
}
