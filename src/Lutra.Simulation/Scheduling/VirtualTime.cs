namespace Lutra.Simulation.Scheduling;

/// <summary>A <see cref="TimeProvider"/> over virtual time: timestamps in 100 ns, the wall clock from a fixed day on, timers as events.</summary>
internal sealed class VirtualTime(SimulatedScheduler scheduler, SimulatedProcess process) : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long GetTimestamp() => process.LocalTime.Ticks;

    public override DateTimeOffset GetUtcNow() => Start + scheduler.Now + process.WallClockOffset;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(process, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class VirtualTimer(SimulatedProcess process, TimerCallback callback, object? state) : ITimer
    {
        // A change makes what was queued before it void.
        private int generation;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            generation++;
            if (dueTime != Timeout.InfiniteTimeSpan)
                QueueTick(dueTime, period, generation);
            return true;
        }

        public void Dispose() => generation++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void QueueTick(TimeSpan delay, TimeSpan period, int queuedBy) => process.After(delay, () =>
        {
            if (queuedBy != generation)
                return;
            if (period > TimeSpan.Zero)
                QueueTick(period, period, queuedBy);
            callback(state);
        });
    }
}
