namespace Lutra.Client.Tests.Support;

/// <summary>Time that stands still until it is told to go to the next timer.</summary>
internal sealed class ManualTime : TimeProvider
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly List<ManualTimer> timers = [];
    private DateTimeOffset now = DateTimeOffset.UnixEpoch;
    private TaskCompletionSource touch = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override DateTimeOffset GetUtcNow() => now;

    public TimeSpan Elapsed => now - DateTimeOffset.UnixEpoch;

    public override long GetTimestamp() => now.UtcTicks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Goes from timer to timer until <paramref name="task"/> is done.</summary>
    public async Task DriveAsync(Task task)
    {
        while (!task.IsCompleted)
        {
            ManualTimer? next;
            lock (gate)
            {
                next = timers.MinBy(timer => timer.Due);
                if (next is not null)
                {
                    timers.Remove(next);
                    now = next.Due > now ? next.Due : now;
                }
            }

            // What the timer wakes ends the task or sets a timer of its own; one that wakes nobody is given up on after a while.
            var touched = Touched();
            next?.Fire();
            using var patience = new CancellationTokenSource(Patience);
            await Task.WhenAny(task, touched, Task.Delay(Timeout.Infinite, patience.Token));
            for (var i = 0; i < 20; i++)
                await Task.Yield();
        }
    }

    private Task Touched()
    {
        lock (gate)
        {
            touch = new(TaskCreationOptions.RunContinuationsAsynchronously);
            return touch.Task;
        }
    }

    private sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset Due { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time.gate)
            {
                time.timers.Remove(this);
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    Due = time.now + dueTime;
                    time.timers.Add(this);
                    time.touch.TrySetResult();
                }
            }

            return true;
        }

        public void Dispose()
        {
            lock (time.gate)
                time.timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
