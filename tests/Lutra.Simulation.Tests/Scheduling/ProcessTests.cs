using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Tests.Scheduling;

public sealed class ProcessTests
{
    private readonly SimulatedScheduler scheduler = new(1);

    [Fact]
    public void A_paused_process_does_afterwards_what_came_due_in_order()
    {
        var process = scheduler.StartProcess("process");
        var done = new List<int>();
        process.After(TimeSpan.FromSeconds(1), () => done.Add(1));
        process.After(TimeSpan.FromSeconds(2), () => done.Add(2));
        process.Pause();
        scheduler.RunFor(TimeSpan.FromSeconds(5));
        Assert.Empty(done);
        process.Resume();
        process.After(TimeSpan.Zero, () => done.Add(3));
        scheduler.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal([1, 2, 3], done);
    }

    [Fact]
    public void A_process_that_is_killed_while_paused_does_nothing_more()
    {
        var process = scheduler.StartProcess("process");
        process.Pause();
        process.After(TimeSpan.Zero, () => Assert.Fail("It ran."));
        scheduler.RunFor(TimeSpan.FromSeconds(1));
        process.Kill();
        process.Resume();
        scheduler.RunFor(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void A_clock_that_drifts_never_jumps_and_its_timers_drift_with_it()
    {
        var process = scheduler.StartProcess("process");
        scheduler.RunFor(TimeSpan.FromSeconds(10));
        process.Drift(2);
        var before = process.Time.GetTimestamp();
        var firedAt = TimeSpan.Zero;
        process.After(TimeSpan.FromSeconds(4), () => firedAt = scheduler.Now);
        scheduler.RunFor(TimeSpan.FromSeconds(10));
        Assert.Equal(TimeSpan.FromSeconds(12), firedAt);
        Assert.Equal(TimeSpan.FromSeconds(20), process.Time.GetElapsedTime(before));
    }
}
