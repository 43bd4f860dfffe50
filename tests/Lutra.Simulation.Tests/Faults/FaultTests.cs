using System.Collections.Immutable;
using Lutra.Simulation.Runs;

namespace Lutra.Simulation.Tests.Faults;

public sealed class FaultTests
{
    public static TheoryData<string> Faults => [.. WorldDraw.FaultNames];

    [Theory]
    [MemberData(nameof(Faults))]
    public void Each_fault_strikes_and_the_cluster_survives_it(string fault)
    {
        // What strikes when voters change needs somebody who changes them.
        ImmutableArray<string> faults = fault == "split-change" ? ["members", fault] : [fault];
        var report = SimulationRun.Run(WorldDraw.Draw(5, TimeSpan.FromSeconds(40)) with { Voters = 3, Clients = 2, Faults = faults, BeyondBudget = false });
        Assert.True(report.Violation is null, $"{report.World.ReproLine}: {report.Violation}");
        Assert.Contains(report.Timeline, entry => !entry.What.StartsWith("leads", StringComparison.Ordinal) && entry.At < TimeSpan.FromSeconds(40) && entry.What != "storm");
    }

    [Fact]
    public void A_world_without_faults_has_no_unknown_outcome()
    {
        var report = SimulationRun.Run(WorldDraw.Draw(6, TimeSpan.FromSeconds(20)) with { Voters = 3, Faults = [], Workloads = ["counting"], BareMajority = false });
        Assert.Null(report.Violation);
        Assert.Equal(0, report.RequestsUnknown);
        Assert.True(report.RequestsDone > 100);
    }
}
