using Lutra.Simulation.Runs;

namespace Lutra.Simulation.Tests.Workloads;

public sealed class WorkloadTests
{
    public static TheoryData<string> Workloads => [.. WorldDraw.WorkloadNames];

    [Theory]
    [MemberData(nameof(Workloads))]
    public void Each_workload_does_something_and_sees_nothing_wrong_while_nodes_die(string workload)
    {
        var report = SimulationRun.Run(WorldDraw.Draw(9, TimeSpan.FromSeconds(30)) with { Voters = 3, Clients = 5, Faults = ["kill", "partition"], Workloads = [workload], BeyondBudget = false });
        Assert.True(report.Violation is null, $"{report.World.ReproLine}: {report.Violation}");
        Assert.True(report.RequestsDone > 100, $"Only {report.RequestsDone} requests were done.");
    }

    [Fact]
    public void More_writes_than_a_node_takes_make_no_election_and_all_end()
    {
        for (ulong seed = 1; seed <= 5; seed++)
        {
            var report = SimulationRun.Run(WorldDraw.Draw(seed, TimeSpan.FromSeconds(30)) with { Voters = 3, Clients = 3, Faults = [], Workloads = ["overload", "counting"], BareMajority = false });
            Assert.True(report.Violation is null, $"{report.World.ReproLine}: {report.Violation}");
            Assert.Single(report.Timeline.TakeWhile(entry => !entry.What.StartsWith("healed", StringComparison.Ordinal)), entry => entry.What.StartsWith("leads", StringComparison.Ordinal));
        }
    }
}
