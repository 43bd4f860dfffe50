using System.Text;
using Lutra.Keyspace.Commands;
using Lutra.Simulation.Cluster;
using Lutra.Simulation.Runs;

namespace Lutra.Simulation.Tests.Invariants;

/// <summary>What a node at rest keeps for nothing is seen (I14).</summary>
public sealed class LeftoversTests
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(60);

    private readonly SimulatedCluster cluster;

    public LeftoversTests()
    {
        cluster = new SimulatedCluster(1, 1, options => options with { SegmentSizeBytes = 16 * 1024, MemtableBytes = 4 * 1024 });
        cluster.StartAll();
        Assert.True(cluster.ElectLeader(TimeSpan.FromSeconds(30)));
    }

    private SimulatedNode Leader => cluster.Leader!;

    [Fact]
    public void I14_a_node_that_was_written_to_for_long_keeps_nothing()
    {
        for (var number = 0; number < 200; number++)
            Write(new WriteCommand(new PutOperation(Encoding.UTF8.GetBytes($"key {number % 20}"), new byte[500])));
        Assert.True(cluster.Scheduler.RunUntil(() => Leftovers.Of(Leader) is null, patience), Leftovers.Of(Leader));
        Assert.True(Leader.Loop!.Replica!.Log.Start.Index > Raft.LogIndex.Zero, "The log was never cut.");
    }

    [Fact]
    public void I14_a_table_that_no_manifest_names_is_seen()
    {
        Assert.Null(Leftovers.Of(Leader));
        Leader.Disk.Plant("tables/0000000000009999.table", new byte[100]);
        Assert.Contains("9999", Leftovers.Of(Leader), StringComparison.Ordinal);
    }

    [Fact]
    public void I14_a_session_that_is_over_is_seen_until_the_leader_has_ended_it()
    {
        Write(new OpenSessionCommand(77, 5000));
        Assert.Null(Leftovers.Of(Leader));
        Leader.Process!.WallClockOffset = TimeSpan.FromMinutes(1);
        Assert.Contains("4d", Leftovers.Of(Leader), StringComparison.Ordinal);
        Assert.True(cluster.Scheduler.RunUntil(() => Leftovers.Of(Leader) is null, patience));
    }

    private void Write(Command command)
    {
        Ending? answer = null;
        Leader.Requests.Write(command, null, ending => answer = ending);
        Assert.True(cluster.Scheduler.RunUntil(() => answer is not null, patience));
        Assert.Null(answer!.Error);
    }
}
