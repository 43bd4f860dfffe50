using Lutra.Simulation.Runs;

namespace Lutra.Simulation.Tests.Runs;

/// <summary>Whole nodes in one thread under everything that can go wrong.</summary>
public sealed class SimulationTests
{
    public static TheoryData<ulong> Seeds => [.. Enumerable.Range(1, 30).Select(seed => (ulong)seed)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void What_was_promised_holds_and_the_cluster_heals(ulong seed)
    {
        var report = SimulationRun.Run(seed, TimeSpan.FromSeconds(15));
        Assert.True(report.Violation is null, $"{report.World.ReproLine}: {report.Violation}");
    }

    [Theory]
    [InlineData(42)]
    [InlineData(43)]
    public void One_seed_run_twice_gives_the_same_bytes(ulong seed) =>
        Assert.Equal(SimulationRun.Run(seed, TimeSpan.FromSeconds(8)).Fingerprint, SimulationRun.Run(seed, TimeSpan.FromSeconds(8)).Fingerprint);
}
