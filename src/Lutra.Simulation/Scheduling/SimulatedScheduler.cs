using Lutra.Storage.Scheduling;

namespace Lutra.Simulation.Scheduling;

/// <summary>
/// The simulator's one thread: an event queue ordered by virtual time, then by a tie-break drawn from the seed, then by sequence
/// (reliability specification, section 1.1). The same seed and the same calls give the same order of events. Not thread-safe: there is
/// no other thread.
/// </summary>
public sealed class SimulatedScheduler : IScheduler
{
    // A step is not free: virtual time moves on even where a stage never has nothing to do, and stages that are ready at once mix.
    private const int StepMicrosecondsMax = 10;

    private readonly PriorityQueue<Action, EventKey> events = new();
    private readonly Random order;
    private readonly SimulatedProcess own;
    private ulong sequence;

    public SimulatedScheduler(ulong seed)
    {
        Seed = seed;
        order = RandomFor("order of events");
        own = new SimulatedProcess(this, "simulation", crashed: null);
    }

    public ulong Seed { get; }

    /// <summary>Virtual time since the start.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>Virtual time as product code takes it.</summary>
    public TimeProvider Time => own.Time;

    /// <summary>Events run so far: two runs of one seed agree on it.</summary>
    public ulong EventsRun { get; private set; }

    /// <summary>A hash over the times of all events run so far.</summary>
    public ulong Trail { get; private set; }

    public bool IsIdle => events.Count == 0;

    /// <summary>
    /// A stream of random numbers for one purpose, fixed by the seed and <paramref name="purpose"/> alone: drawing more for one purpose
    /// does not shift another.
    /// </summary>
    public Random RandomFor(string purpose) => new(StreamSeed.For(Seed, purpose));

    /// <summary>
    /// What runs on one machine from a start to its end, so that it can be killed. <paramref name="crashed"/> gets an exception of one of
    /// its steps, after the process was killed for it (pitfall X05); without it the exception leaves <see cref="RunOne"/>.
    /// </summary>
    public SimulatedProcess StartProcess(string name, Action<Exception>? crashed = null) => new(this, name, crashed);

    public void Ready(IStage stage) => own.Ready(stage);

    /// <summary>Runs <paramref name="action"/> once <paramref name="delay"/> (not negative) has passed.</summary>
    public void After(TimeSpan delay, Action action)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        ArgumentNullException.ThrowIfNull(action);
        events.Enqueue(action, new EventKey((Now + delay).Ticks, (uint)order.NextInt64(uint.MaxValue), sequence++));
    }

    /// <summary>Runs the next event at its time; false where there is none.</summary>
    public bool RunOne()
    {
        if (!events.TryDequeue(out var action, out var priority))
            return false;
        Now = new TimeSpan(priority.AtTicks);
        EventsRun++;
        Trail = (Trail ^ (ulong)Now.Ticks) * 1099511628211;
        action();
        return true;
    }

    /// <summary>
    /// Runs every event of the next <paramref name="duration"/>; afterwards that much time has passed. Throws where that takes more than
    /// <paramref name="eventsMax"/>: then something goes on and on, and hardly any time passes.
    /// </summary>
    public void RunFor(TimeSpan duration, long eventsMax = long.MaxValue)
    {
        var end = Now + duration;
        for (var run = 0L; events.TryPeek(out _, out var next) && next.AtTicks <= end.Ticks; run++)
        {
            if (run >= eventsMax)
                throw new InvalidOperationException($"stuck: {run} events have not brought the time beyond {Now}.");
            RunOne();
        }

        Now = end;
    }

    /// <summary>Runs events until <paramref name="condition"/> holds; false where it does not within <paramref name="atMost"/>, or nothing is left to do.</summary>
    public bool RunUntil(Func<bool> condition, TimeSpan atMost)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var end = Now + atMost;
        while (!condition())
        {
            if (!events.TryPeek(out _, out var next) || next.AtTicks > end.Ticks)
                return false;
            RunOne();
        }
        return true;
    }

    /// <summary>Runs until no event is left; throws where that takes more than <paramref name="eventsMax"/>.</summary>
    public void RunUntilIdle(int eventsMax = 1_000_000)
    {
        for (var run = 0; RunOne(); run++)
        {
            if (run >= eventsMax)
                throw new InvalidOperationException($"Still not idle after {eventsMax} events, at {Now}.");
        }
    }

    internal void AfterStepTime(Action action) => After(TimeSpan.FromMicroseconds(order.Next(StepMicrosecondsMax + 1)), action);
}
