using System.Globalization;
using Lutra.Node.Tests.Cluster;
using Lutra.Simulation.Runs;
using static Lutra.Node.Tests.Cluster.Requests;

namespace Lutra.Node.Tests.Transfer;

/// <summary>What a state that is to be sent keeps from deletion.</summary>
public sealed class PinnedTablesTests
{
    [Fact]
    public void S06_a_follower_that_stays_away_does_not_keep_tables_that_were_merged()
    {
        var cluster = Started(3, 3, options => options with { SegmentSizeBytes = 16 * 1024, MemtableBytes = 4 * 1024, ElectionTimeoutMillis = 400, HeartbeatIntervalMillis = 50 });
        var leader = cluster.Leader!;
        cluster.Nodes.First(node => node != leader).Kill();
        var number = 0;
        Put(100);
        Assert.True(cluster.Scheduler.RunUntil(() => leader.Told.Any(line => line.ToString().Contains("sending it the tables", StringComparison.Ordinal)), Long), "No state was to be sent.");

        for (var round = 0; round < 10; round++)
        {
            Put(8);
            cluster.Scheduler.RunFor(TimeSpan.FromSeconds(5));
            Assert.True(cluster.Scheduler.RunUntil(() => Leftovers.Of(leader) is null, TimeSpan.FromSeconds(60)), Leftovers.Of(leader));
            Assert.Same(leader, cluster.Leader);
        }

        void Put(int count)
        {
            for (var last = number + count; number < last; number++)
                cluster.MustPut(leader, (number % 20).ToString(CultureInfo.InvariantCulture), new string('x', 600));
        }
    }
}
