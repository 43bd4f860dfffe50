using Lutra.Raft;
using Lutra.Simulation.Coverage;
using Lutra.Simulation.Runs;

namespace Lutra.Simulation.Tests.Coverage;

public sealed class MarkTests
{
    [Fact]
    public void There_are_more_than_a_hundred_marks_and_each_has_a_name_of_its_own()
    {
        var names = MarkCatalogue.All.Select(mark => mark.Name).ToArray();
        Assert.True(names.Length > 100, $"Only {names.Length} marks.");
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.Contains("raft: check quorum steps down", names);
    }

    [Fact]
    public void Common_marks_are_hit_by_a_few_runs_and_counted_once_for_each_run()
    {
        var tally = new MarkTally();
        for (ulong seed = 1; seed <= 3; seed++)
            tally.Add(SimulationRun.Run(seed, TimeSpan.FromSeconds(5)).Marks);
        var segmentBegun = tally.All.Single(each => each.Mark.Name == "storage: segment begun");
        Assert.Equal(3, segmentBegun.Runs);
        Assert.DoesNotContain(segmentBegun.Mark, tally.Missing(MarkClass.Common));
    }
}
