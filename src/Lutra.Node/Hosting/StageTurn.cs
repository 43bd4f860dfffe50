using Lutra.Storage.Scheduling;

namespace Lutra.Node.Hosting;

/// <summary>One stage's turn: sees to it that it steps on one thread at a time, and once more when it was called meanwhile.</summary>
internal sealed class StageTurn(ThreadScheduler scheduler, IStage stage, StageThread? thread) : IThreadPoolWorkItem
{
    private const int Idle = 0;
    private const int Waiting = 1;
    private const int Running = 2;
    private const int RunningAndCalled = 3;

    // A turn ends after so many steps, so that stages that share a thread come round.
    private const int StepsPerTurn = 16;

    private int state;
    private volatile bool ended;

    public void Ready()
    {
        while (true)
        {
            var seen = Volatile.Read(ref state);
            if (seen is Waiting or RunningAndCalled)
                return;
            var next = seen == Idle ? Waiting : RunningAndCalled;
            if (Interlocked.CompareExchange(ref state, next, seen) != seen)
                continue;
            if (seen == Idle)
                Enqueue();
            return;
        }
    }

    /// <summary>The caller's thread takes the turn where nobody has it.</summary>
    public void Offer()
    {
        if (thread is null && Interlocked.CompareExchange(ref state, Running, Idle) == Idle)
            Run();
        else
            Ready();
    }

    public void Execute()
    {
        Volatile.Write(ref state, Running);
        Run();
    }

    private void Run()
    {
        var more = false;
        try
        {
            for (var steps = 0; steps < StepsPerTurn && !scheduler.IsStopped; steps++)
            {
                more = stage.Step();
                if (!more)
                    break;
            }
        }
        catch (Exception exception)
        {
            // The stage keeps its turn for ever: a stage that failed once must not step again (pitfall X05).
            ended = true;
            scheduler.Failed(stage, exception);
            return;
        }

        if (scheduler.IsStopped)
        {
            ended = true;
            return;
        }

        if (!more && Interlocked.CompareExchange(ref state, Idle, Running) == Running)
            return;
        Volatile.Write(ref state, Waiting);
        Enqueue();
    }

    /// <summary>After the scheduler was stopped: returns once the stage steps no more.</summary>
    public void WaitUntilIdle() => SpinWait.SpinUntil(() => ended || Volatile.Read(ref state) is Idle or Waiting);

    private void Enqueue()
    {
        if (thread is null)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        else
            thread.Enqueue(this);
    }
}
