using Lutra.Simulation.Cluster;
using Lutra.Simulation.Runs;
using Lutra.Simulation.Runs.Invariants;
using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Tests.Runs;

public sealed class StuckTests
{
    [Fact]
    public void Events_that_bring_no_time_forward_end_the_run()
    {
        var scheduler = new SimulatedScheduler(1);
        void Again() => scheduler.After(TimeSpan.Zero, Again);

        Again();
        var stuck = Assert.Throws<InvalidOperationException>(() => scheduler.RunFor(TimeSpan.FromSeconds(1), eventsMax: 1000));
        Assert.StartsWith("stuck", stuck.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_majority_that_could_commit_and_does_not_is_seen_and_one_that_cannot_is_not()
    {
        var cluster = new SimulatedCluster(1, 3);
        var keeper = new Operator(cluster, WorldDraw.Draw(1) with { Voters = 3 }, []);
        var stuck = new StuckWatch(cluster, keeper, new ClusterWatch(cluster, keeper, (_, _) => { }));
        cluster.StartAll();
        Assert.True(cluster.ElectLeader(TimeSpan.FromSeconds(30)));

        // All are up; what they say is lost, which is nothing that a node or a way could be blamed for.
        cluster.Network.Shuffler = new Simulation.Network.MessageShuffler(new Random(1), loss: 1, duplicate: 0, hold: 0);
        Assert.Contains("1 2 3", Watch(), StringComparison.Ordinal);
        cluster.Nodes[0].Kill();
        cluster.Nodes[1].Pause();
        Assert.Null(Watch());

        string? Watch()
        {
            string? found = null;
            for (var look = 0; look < 2000 && (found = stuck.Look()) is null; look++)
                cluster.Scheduler.RunFor(TimeSpan.FromMilliseconds(100));
            return found;
        }
    }
}
