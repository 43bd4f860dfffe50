using System.Collections.Concurrent;
using Lutra.Storage.Scheduling;

namespace Lutra.Node.Hosting;

/// <summary>
/// Steps the stages of one node in a real process: prompt stages are drained on the thread pool, the log writer has a thread of its own, and background
/// stages take turns on another. Measured best on .NET among a dozen ways of running an event loop (docs/decisions/stages-and-threads.md).
/// </summary>
internal sealed class ThreadScheduler(Action<IStage, Exception> failed) : IScheduler, IDisposable
{
    private readonly Lock gate = new();
    private readonly ConcurrentDictionary<IStage, StageTurn> turns = new();
    private readonly List<StageThread> threads = [];
    private StageThread? background;
    private volatile bool stopped;

    public void Ready(IStage stage) => TurnOf(stage).Ready();

    public void Offer(IStage stage) => TurnOf(stage).Offer();

    /// <summary>No stage steps any more once this returns.</summary>
    public void Dispose()
    {
        stopped = true;
        StageThread[] running;
        StageTurn[] known;
        lock (gate)
        {
            running = [.. threads];
            known = [.. turns.Values];
        }

        foreach (var thread in running)
            thread.Dispose();
        foreach (var turn in known)
            turn.WaitUntilIdle();
    }

    internal bool IsStopped => stopped;

    internal void Failed(IStage stage, Exception exception)
    {
        if (!stopped)
            failed(stage, exception);
    }

    private StageTurn TurnOf(IStage stage)
    {
        if (turns.TryGetValue(stage, out var known))
            return known;
        lock (gate)
            return turns.GetOrAdd(stage, added => new StageTurn(this, added, ThreadFor(added)));
    }

    private StageThread? ThreadFor(IStage stage) => stage.Kind switch
    {
        StageKind.Prompt => null,
        StageKind.LogWriter => NewThread(stage.Name),
        _ => background ??= NewThread("background"),
    };

    private StageThread NewThread(string name)
    {
        var thread = new StageThread($"lutra {name}");
        threads.Add(thread);
        return thread;
    }
}
