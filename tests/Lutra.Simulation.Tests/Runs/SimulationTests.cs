using Lutra.Simulation.Runs;

namespace Lutra.Simulation.Tests.Runs;

/// <summary>Whole nodes in one thread under message loss, kills and power cuts.</summary>
public sealed class SimulationTests
{
    public static TheoryData<ulong> Seeds => [.. Enumerable.Range(1, 20).Select(seed => (ulong)seed)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void No_acknowledged_write_is_lost_and_the_cluster_heals(ulong seed)
    {
        var report = SimulationRun.Run(seed, TimeSpan.FromSeconds(15));
        Assert.True(report.Violation is null, $"lutra sim --seed {seed}: {report.Violation}");
        Assert.True(report.RequestsDone > 0, "Nothing was done at all.");
    }

    [Theory]
    [InlineData(42)]
    [InlineData(43)]
    public void One_seed_run_twice_gives_the_same_bytes(ulong seed) =>
        Assert.Equal(SimulationRun.Run(seed, TimeSpan.FromSeconds(8)), SimulationRun.Run(seed, TimeSpan.FromSeconds(8)));
}
