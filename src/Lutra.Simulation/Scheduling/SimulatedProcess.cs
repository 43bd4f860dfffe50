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
    // What came due while the process was paused, in order.
    private readonly Queue<Action> held = new();
    // Looked up, never walked: its order cannot reach any output.
    private readonly Dictionary<IStage, StageState> stages = new(ReferenceEqualityComparer.Instance);
    private TimeSpan localTimeAtChange;
    private TimeSpan changedAt;

    internal SimulatedProcess(SimulatedScheduler scheduler, string name, Action<Exception>? crashed)
    {
        this.scheduler = scheduler;
        this.crashed = crashed;
        localTimeAtChange = changedAt = scheduler.Now;
        Name = name;
        Time = new VirtualTime(scheduler, this);
    }

    public string Name { get; }

    public bool IsAlive { get; private set; } = true;

    /// <summary>Called after each event of the process: whoever watches it looks now.</summary>
    internal Action? Ran { get; set; }

    /// <summary>This process's clocks. Its timers die with it.</summary>
    public TimeProvider Time { get; }

    /// <summary>How far this machine's wall clock is from virtual time. The monotonic clock is never touched (pitfall E18).</summary>
    public TimeSpan WallClockOffset { get; set; }

    /// <summary>The process exists and does nothing, as under SIGSTOP or in a suspended machine. Its clocks go on.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>How fast this machine's monotonic clock and timers run beside virtual time; 1: exactly.</summary>
    public double ClockRate { get; private set; } = 1;

    /// <summary>What the machine's monotonic clock shows.</summary>
    internal TimeSpan LocalTime => localTimeAtChange + ((scheduler.Now - changedAt) * ClockRate);

    public void Kill()
    {
        IsAlive = false;
        held.Clear();
    }

    public void Pause() => IsPaused = true;

    /// <summary>Goes on, with everything that came due meanwhile.</summary>
    public void Resume()
    {
        IsPaused = false;
        scheduler.After(TimeSpan.Zero, RunHeld);
    }

    /// <summary>From now on the clock runs at <paramref name="rate"/> (above 0); what it shows does not jump.</summary>
    public void Drift(double rate)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(rate, 0);
        localTimeAtChange = LocalTime;
        changedAt = scheduler.Now;
        ClockRate = rate;
    }

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
    public void After(TimeSpan delay, Action action) => scheduler.After(ClockRate == 1 ? delay : delay / ClockRate, () => Run(action));

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
        if (IsPaused || held.Count > 0)
            held.Enqueue(action);
        else
            RunNow(action);
    }

    private void RunHeld()
    {
        while (IsAlive && !IsPaused && held.TryDequeue(out var action))
            RunNow(action);
    }

    private void RunNow(Action action)
    {
        try
        {
            action();
            Ran?.Invoke();
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
