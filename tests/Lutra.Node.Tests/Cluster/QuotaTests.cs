using Lutra.Keyspace.Commands;
using Lutra.Simulation.Cluster;
using static Lutra.Node.Tests.Cluster.Requests;

namespace Lutra.Node.Tests.Cluster;

/// <summary>A limit that an operator sets: it refuses what needs room, and is over by itself once enough was given up.</summary>
public sealed class QuotaTests
{
    private const long QuotaBytes = 600_000;

    private static readonly string Value = new('x', 10_000);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_store_that_came_to_its_quota_is_read_and_cleared_and_takes_writes_again(int nodes)
    {
        var cluster = Started(seed: (ulong)nodes, nodes, options => options with { QuotaBytes = QuotaBytes });
        for (var round = 0; round < 4; round++)
        {
            Assert.All(cluster.Nodes, node => Assert.True(node.Loop!.Replica!.HasRoom));
            var keys = Fill(cluster);
            Assert.InRange(keys, 10, 70);
            Assert.True(cluster.Scheduler.RunUntil(() => !cluster.Leader!.Loop!.Replica!.HasRoom, Long));

            // At every node, for puts wherever they stand, and leases.
            foreach (var node in cluster.Nodes)
            {
                Assert.Equal((LutraError.NoSpace, true), (Write(cluster, node, Put("more")).Error, cluster.Get(node, "key0") == Value));
                Assert.Equal(LutraError.NoSpace, Write(cluster, node, new WriteCommand(new TransactionOperation([], [], [new TransactionOperation([], [Operation("more")], [])]))).Error);
            }

            // What gives room is taken, also as transactions; without compaction it gives none.
            for (var key = 0; key < keys; key++)
            {
                var delete = new DeleteOperation(KeyRange.Single(Bytes($"key{key}")));
                Assert.True(Write(cluster, cluster.Leader!, new WriteCommand(key % 2 == 0 ? delete : new TransactionOperation([], [delete], []))).IsDone);
            }

            Assert.Equal(LutraError.NoSpace, Write(cluster, cluster.Leader!, Put("more")).Error);
            Assert.True(Write(cluster, cluster.Leader!, new CompactCommand(cluster.Leader!.Loop!.Replica!.Keyspace.Revision)).IsDone);
            Assert.True(cluster.Scheduler.RunUntil(() => cluster.Nodes.All(node => node.Loop!.Replica!.HasRoom), Long), $"round {round}");
        }
    }

    [Fact]
    public void A_quota_counts_what_was_there_before_a_restart()
    {
        var cluster = Started(seed: 4, nodes: 1, options => options with { QuotaBytes = QuotaBytes });
        Fill(cluster);
        var node = cluster.Leader!;
        node.PowerCut();
        node.Start();
        Assert.True(cluster.ElectLeader(Long));

        // The tables take a little less than the memory did.
        Assert.InRange(Fill(cluster), 0, 10);
        Assert.Contains("its quota is 600000", Write(cluster, node, Put("more")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_never_fits_is_refused_and_holds_up_nothing_else()
    {
        var cluster = Started(seed: 5, nodes: 1, options => options with { QuotaBytes = QuotaBytes });
        var large = new WriteCommand(new PutOperation(Bytes("large"), new byte[700_000]));
        Assert.Equal(LutraError.NoSpace, Write(cluster, cluster.Leader!, large).Error);
        Assert.False(cluster.Leader!.Loop!.Replica!.HasRoom);
        cluster.MustPut(cluster.Leader!, "small", "x");
        Assert.True(cluster.Leader!.Loop!.Replica!.HasRoom);
    }

    private static int Fill(SimulatedCluster cluster)
    {
        for (var key = 0; ; key++)
        {
            var ended = Write(cluster, cluster.Nodes[key % cluster.Nodes.Count], Put($"key{key}"));
            if (ended.IsDone)
                continue;
            Assert.Equal(LutraError.NoSpace, ended.Error);
            return key;
        }
    }

    private static WriteCommand Put(string key) => new(Operation(key));

    private static PutOperation Operation(string key) => new(Bytes(key), Bytes(Value));

    private static Ending Write(SimulatedCluster cluster, SimulatedNode node, Command command)
    {
        Ending? ended = null;
        node.Requests.Write(command, idempotencyKey: null, ending => ended = ending);
        Assert.True(cluster.Scheduler.RunUntil(() => ended is not null, Long));
        return ended!;
    }
}
