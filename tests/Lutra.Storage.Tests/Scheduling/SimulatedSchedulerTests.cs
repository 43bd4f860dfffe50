using Lutra.Simulation.Scheduling;
using Lutra.Storage.Scheduling;

namespace Lutra.Storage.Tests.Scheduling;

public sealed class SimulatedSchedulerTests
{
    [Fact]
    public void Events_run_in_the_order_of_virtual_time()
    {
        var scheduler = new SimulatedScheduler(1);
        List<string> seen = [];
        scheduler.After(TimeSpan.FromSeconds(2), () => seen.Add($"b {scheduler.Now}"));
        scheduler.After(TimeSpan.FromSeconds(1), () => seen.Add($"a {scheduler.Now}"));
        scheduler.RunUntilIdle();
        Assert.Equal(["a 00:00:01", "b 00:00:02"], seen);
    }

    [Fact]
    public void One_seed_gives_one_order_and_seeds_differ()
    {
        Assert.Equal(OrderOfTies(7), OrderOfTies(7));
        Assert.NotEqual(OrderOfTies(7), OrderOfTies(8));
    }

    [Fact]
    public void A_stage_steps_until_it_is_done_and_once_more_when_called_while_it_runs()
    {
        var scheduler = new SimulatedScheduler(1);
        CountingStage? stage = null;
        stage = new CountingStage(step =>
        {
            if (step == 3)
                scheduler.Ready(stage!);
            return step < 3;
        });
        scheduler.Ready(stage);
        scheduler.Ready(stage);
        scheduler.RunUntilIdle();
        Assert.Equal(4, stage.Steps);
    }

    [Fact]
    public void Nothing_of_a_killed_process_runs()
    {
        var scheduler = new SimulatedScheduler(1);
        var process = scheduler.StartProcess("n1");
        var stage = new CountingStage(_ => false);
        var ticks = 0;
        process.Ready(stage);
        process.After(TimeSpan.FromSeconds(1), () => ticks++);
        using var timer = process.Time.CreateTimer(_ => ticks++, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        process.Kill();
        scheduler.RunUntilIdle();
        Assert.Equal(0, stage.Steps + ticks);
    }

    [Fact]
    public void X05_an_exception_of_a_step_ends_its_process_only()
    {
        var scheduler = new SimulatedScheduler(1);
        Exception? seen = null;
        var failing = scheduler.StartProcess("n1", exception => seen = exception);
        var other = scheduler.StartProcess("n2");
        var stage = new CountingStage(_ => false);
        failing.Ready(new CountingStage(_ => throw new InvalidOperationException("broken")));
        other.Ready(stage);
        scheduler.RunUntilIdle();
        Assert.Equal("broken", seen?.Message);
        Assert.False(failing.IsAlive);
        Assert.Equal(1, stage.Steps);
    }

    [Fact]
    public void Timers_follow_virtual_time_and_a_change_makes_the_old_due_time_void()
    {
        var scheduler = new SimulatedScheduler(1);
        List<double> seen = [];
        var start = scheduler.Time.GetTimestamp();
        using (var timer = scheduler.Time.CreateTimer(
            _ => seen.Add(scheduler.Time.GetElapsedTime(start).TotalSeconds), null, TimeSpan.FromSeconds(5), Timeout.InfiniteTimeSpan))
        {
            timer.Change(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
            scheduler.RunFor(TimeSpan.FromSeconds(6));
        }
        scheduler.RunUntilIdle();
        Assert.Equal([1, 3, 5], seen);
    }

    [Fact]
    public void E18_the_wall_clock_may_jump_and_the_monotonic_clock_does_not()
    {
        var scheduler = new SimulatedScheduler(1);
        var process = scheduler.StartProcess("n1");
        var (wall, monotonic) = (process.Time.GetUtcNow(), process.Time.GetTimestamp());
        process.WallClockOffset = TimeSpan.FromHours(-1);
        scheduler.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.FromSeconds(1 - 3600), process.Time.GetUtcNow() - wall);
        Assert.Equal(TimeSpan.FromSeconds(1), process.Time.GetElapsedTime(monotonic));
    }

    [Fact]
    public void Streams_of_one_purpose_do_not_shift_those_of_another()
    {
        var (first, second) = (new SimulatedScheduler(3), new SimulatedScheduler(3));
        first.RandomFor("disk").Next();
        Assert.Equal(first.RandomFor("network").Next(), second.RandomFor("network").Next());
        Assert.NotEqual(first.RandomFor("disk").Next(), first.RandomFor("network").Next());
    }

    private static string OrderOfTies(ulong seed)
    {
        var scheduler = new SimulatedScheduler(seed);
        var order = "";
        foreach (var name in "abcdefghij")
            scheduler.After(TimeSpan.FromSeconds(1), () => order += name);
        scheduler.RunUntilIdle();
        return order;
    }

    private sealed class CountingStage(Func<int, bool> step) : IStage
    {
        public int Steps { get; private set; }

        public string Name => "counting";

        public StageKind Kind => StageKind.Prompt;

        public bool Step() => step(++Steps);
    }
}
