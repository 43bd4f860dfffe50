using System.Collections.Immutable;
using Lutra.Simulation.Runs;

namespace Lutra.Simulation.Tests.Runs;

/// <summary>Worlds that once showed a bug; docs/testing.md lists them. What else is known of the bug is tested where it was.</summary>
public sealed class FoundTests
{
    [Fact]
    public void S06_a_state_that_is_being_installed_keeps_its_files_when_its_sender_ends_the_transfer() =>
        Holds(24, 3.188, "reads", "pause", "wipe", "partition", "clog", "broken-connections", "hand-over");

    private static void Holds(ulong seed, double seconds, string area, params ImmutableArray<string> faults)
    {
        var report = SimulationRun.Run(WorldDraw.Draw(seed, TimeSpan.FromSeconds(seconds), area) with { Faults = faults, Workloads = ["counting"] });
        Assert.True(report.Violation is null, $"{report.World.ReproLine}: {report.Violation}");
    }
}
