using Lutra.Storage.Scheduling;

namespace Lutra.Simulation.Scheduling;

/// <summary>
/// One process on one machine: its stages, its timers and its clocks. After <see cref="Kill"/> nothing of it runs any more, whatever
/// was queued.
/// </summary>
public sealed class SimulatedProcess : IScheduler
{
    private readonly SimulatedScheduler scheduler;
    private readonly Action<Exception>? crashed;
    // Looked up, never walked: its order cannot reach any output.
    private readonly Dictionary<IStage, StageState> stages = new(ReferenceEqualityComparer.Instance);

    internal SimulatedProcess(SimulatedScheduler scheduler, string name, Action<Exception>? crashed)
    {
        this.scheduler = scheduler;
        this.crashed = crashed;
        Name = name;
        Time = new VirtualTime(scheduler, this);
    }

    public string Name { get; }

    public bool IsAlive { get; private set; } = true;

    /// <summary>This process's clocks. Its timers die with it.</summary>
    public TimeProvider Time { get; }

    /// <summary>How far this machine's wall clock is from virtual time. The monotonic clock is never touched (pitfall E18).</summary>
    public TimeSpan WallClockOffset { get; set; }

    public void Kill() => IsAlive = false;

    public void Ready(IStage stage)
    {
        ArgumentNullException.ThrowIfNull(stage);
        if (!IsAlive)
            return;
        if (!stages.TryGetValue(stage, out var state))
            stages.Add(stage, state = new StageState());
        if (state.IsRunning)
            state.MustStepAgain = true;
        else if (!state.IsQueued)
            Queue(stage, state);
    }

    /// <summary>Runs <paramref name="action"/> after <paramref name="delay"/>, unless the process has ended by then.</summary>
    public void After(TimeSpan delay, Action action) => scheduler.After(delay, () => Run(action));

    private void Queue(IStage stage, StageState state)
    {
        state.IsQueued = true;
        scheduler.AfterStepTime(() => Run(() => Step(stage, state)));
    }

    private void Step(IStage stage, StageState state)
    {
        state.IsQueued = false;
        state.IsRunning = true;
        bool more;
        try
        {
            more = stage.Step();
        }
        finally
        {
            state.IsRunning = false;
        }
        if (more || state.MustStepAgain)
        {
            state.MustStepAgain = false;
            Queue(stage, state);
        }
    }

    internal void Run(Action action)
    {
        if (!IsAlive)
            return;
        try
        {
            action();
        }
        catch (Exception exception) when (crashed is not null)
        {
            Kill();
            crashed(exception);
        }
    }

    private sealed class StageState
    {
        public bool IsQueued { get; set; }

        public bool IsRunning { get; set; }

        public bool MustStepAgain { get; set; }
    }
}
