using Lutra.Simulation.Runs;

namespace Lutra.Simulation.Tests.Runs;

public sealed class MinimiserTests
{
    private static readonly World large = WorldDraw.Draw(7, TimeSpan.FromSeconds(60)) with { Voters = 7, Clients = 16, Faults = WorldDraw.FaultNames, BareMajority = true };

    [Fact]
    public void Only_what_the_failure_needs_is_left()
    {
        string? Run(World world) =>
            world.Faults.Contains("kill") && world.Faults.Contains("pause") && world.Voters >= 3 && world.FaultsFor >= TimeSpan.FromSeconds(17)
                ? $"I4: entry {world.Clients} is gone"
                : null;

        var small = new Minimiser(Run, 500).Minimise(large, "I4: entry 99 is gone");
        Assert.Equal(["kill", "pause"], small.Faults);
        Assert.Equal(3, small.Voters);
        Assert.Equal(1, small.Clients);
        Assert.False(small.BareMajority);
        Assert.Single(small.Workloads);
        Assert.InRange(small.FaultsFor, TimeSpan.FromSeconds(17), TimeSpan.FromSeconds(18.1));
    }

    [Fact]
    public void A_world_that_fails_in_another_way_is_not_taken_for_the_same()
    {
        string Run(World world) => world.Faults.Length == large.Faults.Length ? "I4: entry 3 is gone" : "liveness: no leader";

        Assert.Equal(large.Faults, new Minimiser(Run, 500).Minimise(large, "I4: entry 3 is gone").Faults);
    }

    [Fact]
    public void It_stops_after_the_runs_that_it_is_given()
    {
        var runs = 0;
        string Run(World world) => $"liveness: {runs++}";

        new Minimiser(Run, 5).Minimise(large, "liveness: 0");
        Assert.Equal(5, runs);
    }
}
