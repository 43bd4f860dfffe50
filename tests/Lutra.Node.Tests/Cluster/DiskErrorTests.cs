using Lutra.Simulation.Cluster;
using Lutra.Simulation.Disk;
using Lutra.Storage.Files;
using static Lutra.Node.Tests.Cluster.Requests;

namespace Lutra.Node.Tests.Cluster;

/// <summary>
/// A disk that fails under one node of three. Where a promise rests on the file, the node stops and says which file and why; the others go on, and it comes
/// back on a disk that works again. Where nothing rests on it yet, it is tried again.
/// </summary>
public sealed class DiskErrorTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void D01_D02_a_failed_sync_stops_the_node_with_the_file_and_the_error_and_loses_nothing(bool ofTheLeader)
    {
        var cluster = Small(seed: 1);
        var ledger = new Ledger(cluster);
        for (var at = 1; at <= 150; at += Sweep.Stride(everyday: 7))
            FailSync(cluster, ledger, ofTheLeader, faults => faults.FailSyncIn = at, $"sync {at}");
        foreach (var file in (string[])["log/0", "log/start", "log/spare", "tables/manifest"])
        {
            var failure = FailSync(cluster, ledger, ofTheLeader, faults => faults.FailSyncOn = file, file);
            Assert.Contains(file, failure?.Path ?? "(it goes on)", StringComparison.Ordinal);
        }

        // Nothing rests on a table before the manifest names it: it is written again.
        Assert.Null(FailSync(cluster, ledger, ofTheLeader, faults => faults.FailSyncOn = ".table", "a table"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void D02_a_node_whose_vote_cannot_be_synced_stops_and_its_vote_does_not_count(int place)
    {
        var cluster = Small(seed: 2);
        var ledger = new Ledger(cluster);
        ledger.MustWrite();
        var leader = cluster.Leader!;
        var failing = cluster.Nodes.Where(node => node != leader).ElementAt(place);
        failing.Disk.Faults.FailSyncIn = 1;
        leader.Kill();

        // Whether it campaigned or was asked for its vote: the vote is on no disk, so the third cannot lead with it.
        Assert.True(cluster.Scheduler.RunUntil(() => !failing.IsUp, Long));
        Assert.Contains("log/hard-state", failing.Failure!.Message, StringComparison.Ordinal);
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(5));
        Assert.Null(cluster.Leader);
        leader.Start();
        failing.Start();
        ledger.RequireHeld("after all came back");
        Assert.All(cluster.Nodes, node => Assert.True(node.IsUp));
    }

    [Fact]
    public void D02_a_failed_write_stops_the_node_or_is_tried_again_and_loses_nothing()
    {
        var stopped = 0;
        var cluster = Small(seed: 3);
        var ledger = new Ledger(cluster);
        for (var at = 1; at <= 150; at += Sweep.Stride(everyday: 3))
        {
            var victim = Victim(cluster, ofTheLeader: at % 2 == 0);
            victim.Disk.Faults.FailWriteIn = at;
            WriteUntil(() => !victim.IsUp || victim.Disk.Faults.FailWriteIn == 0, cluster, ledger);
            cluster.Scheduler.RunFor(TimeSpan.FromMilliseconds(50));
            if (!victim.IsUp)
            {
                stopped++;
                var failure = Assert.IsAssignableFrom<DiskException>(victim.Failure);
                Assert.DoesNotContain(".table", failure.Path, StringComparison.Ordinal);
                Assert.Contains($"write of {failure.Path} failed: Input/output error", failure.Message, StringComparison.Ordinal);
                ledger.MustWrite();
                victim.Start();
            }

            ledger.RequireHeld($"write {at}");
        }

        Assert.True(stopped > 0, "No write failed where it counts.");
    }

    [Theory]
    [InlineData(2_000)]
    [InlineData(200_000)]
    [InlineData(1_400_000)]
    public void D09_a_full_leader_hands_over_to_a_peer_with_room(int valueBytes)
    {
        var cluster = Started(seed: 4, nodes: 3, options => valueBytes < 100_000 ? options : options with { SegmentSizeBytes = 6 * 1024 * 1024, MemtableBytes = 64 * 1024 * 1024 });
        var ledger = new Ledger(cluster);
        var full = cluster.Leader!;
        ledger.MustWrite();
        full.Disk.Faults.QuotaBytes = full.Disk.UsedBytes + (512 * 1024);
        for (var write = 0; cluster.Leader == full; write++)
        {
            Assert.True(write < 1000, "The full node leads on.");
            if (!ledger.Write(full, valueBytes))
                cluster.Scheduler.RunFor(TimeSpan.FromMilliseconds(50));
        }

        Assert.True(cluster.ElectLeader(Long));
        Assert.NotSame(full, cluster.Leader);
        for (var write = 0; write < 200; write++)
            Assert.True(ledger.Write(cluster.Leader!, valueBytes: 2000), $"Write {write} is refused though two have room.");
        Assert.True(ledger.Write(cluster.Leader!, valueBytes), "A large write is refused though two have room.");
        Assert.All(cluster.Nodes, node => Assert.True(node.IsUp, node.Failure?.ToString()));
        full.Disk.Faults.QuotaBytes = null;
        ledger.RequireHeld("when there is room again");
    }

    [Fact]
    public void D09_where_all_are_full_writes_are_refused_reads_go_on_and_all_recovers_by_itself()
    {
        var cluster = Started(seed: 5, nodes: 3);
        var ledger = new Ledger(cluster);
        ledger.MustWrite();
        cluster.MustPut(cluster.Leader!, "name", "otter");
        foreach (var node in cluster.Nodes)
            node.Disk.Faults.QuotaBytes = node.Disk.UsedBytes + (512 * 1024);
        Ending? refused = null;
        for (var write = 0; refused is null; write++)
        {
            Assert.True(write < 5000, "A full cluster takes writes without end.");
            if (ledger.Write(cluster.Leader ?? cluster.Nodes[0], valueBytes: 2000) || !cluster.ElectLeader(Long))
                continue;
            var ending = cluster.Put(cluster.Leader!, "refused", "x");
            refused = ending is { Error: LutraError.NoSpace } ? ending : null;
        }

        Assert.Contains("Nothing was done", refused.Message, StringComparison.Ordinal);
        foreach (var node in cluster.Nodes)
        {
            Assert.Equal("otter", cluster.Get(node, "name"));
            Assert.True(node.IsUp, node.Failure?.ToString());
        }

        foreach (var node in cluster.Nodes)
            node.Disk.Faults.QuotaBytes = null;
        ledger.MustWrite();
        ledger.RequireHeld("when there is room again");
        Assert.Null(cluster.Get(cluster.Leader!, "refused"));
    }

    [Fact]
    public void D09_a_leader_with_room_refuses_what_a_majority_has_no_room_for()
    {
        var cluster = Started(seed: 6, nodes: 3);
        var ledger = new Ledger(cluster);
        ledger.MustWrite();
        var leader = cluster.Leader!;
        foreach (var follower in cluster.Nodes.Where(node => node != leader))
            follower.Disk.Faults.QuotaBytes = follower.Disk.UsedBytes + (512 * 1024);
        for (var write = 0; ledger.Write(leader, valueBytes: 2000); write++)
            Assert.True(write < 5000, "A majority without room takes writes without end.");

        var ending = Assert.IsType<Ending>(cluster.Put(leader, "refused", "x"));
        Assert.Equal(LutraError.NoSpace, ending.Error);
        Assert.Contains("No room on the disks of 2 of 3 members. Nothing was done", ending.Message, StringComparison.Ordinal);
        Assert.Equal(leader, cluster.Leader);
        foreach (var node in cluster.Nodes)
            node.Disk.Faults.QuotaBytes = null;
        ledger.MustWrite();
        ledger.RequireHeld("when there is room again");
        Assert.Null(cluster.Get(cluster.Leader!, "refused"));
    }

    [Fact]
    public void D09_a_full_cluster_is_read_under_a_new_leader()
    {
        var cluster = Started(seed: 7, nodes: 3);
        var ledger = new Ledger(cluster);
        cluster.MustPut(cluster.Leader!, "name", "otter");
        foreach (var node in cluster.Nodes)
            node.Disk.Faults.QuotaBytes = node.Disk.UsedBytes + (64 * 1024);
        for (var write = 0; cluster.Leader is not { } leader || cluster.Put(leader, "refused?", "x") is not { Error: LutraError.NoSpace }; write++)
        {
            Assert.True(write < 5000, "A full cluster takes writes without end.");
            if (!ledger.Write(cluster.Leader ?? cluster.Nodes[0], valueBytes: 2000))
                Assert.True(cluster.ElectLeader(Long));
        }

        for (var change = 0; change < 5; change++)
        {
            var former = cluster.Leader!;
            former.Kill();
            Assert.True(cluster.ElectLeader(Long), "The two that are left elect none.");
            Assert.Equal("otter", cluster.Get(cluster.Leader!, "name"));
            former.Start();
            Assert.True(cluster.ElectLeader(Long));
            Assert.All(cluster.Nodes, node => Assert.Equal("otter", cluster.Get(node, "name")));
        }
    }

    private static SimulatedCluster Small(ulong seed) =>
        Started(seed, nodes: 3, options => options with { SegmentSizeBytes = 8 * 1024, MemtableBytes = 16 * 1024 });

    /// <summary>Why the node stopped; null where it goes on. Either way nothing is lost, and the others go on.</summary>
    private static DiskException? FailSync(SimulatedCluster cluster, Ledger ledger, bool ofTheLeader, Action<DiskFaults> arm, string where)
    {
        var victim = Victim(cluster, ofTheLeader);
        var faults = victim.Disk.Faults;
        arm(faults);
        WriteUntil(() => !victim.IsUp || faults is { FailSyncIn: 0, FailSyncOn: null }, cluster, ledger);
        cluster.Scheduler.RunFor(TimeSpan.FromMilliseconds(50));
        if (victim.IsUp)
        {
            ledger.RequireHeld(where);
            return null;
        }

        var failure = Assert.IsAssignableFrom<DiskException>(victim.Failure);
        Assert.False(failure.Path.EndsWith(".table", StringComparison.Ordinal), failure.Message);
        Assert.True(failure.Path.Length == 0 || victim.Disk.Paths.Any(path => path.StartsWith(failure.Path, StringComparison.Ordinal)), $"There is no {failure.Path}.");
        Assert.Contains($"sync of {failure.Path} failed: Input/output error", failure.Message, StringComparison.Ordinal);
        ledger.MustWrite();
        victim.Start();
        ledger.RequireHeld($"{where}, {victim.Label}: {failure.Message}");
        return failure;
    }

    private static SimulatedNode Victim(SimulatedCluster cluster, bool ofTheLeader) =>
        ofTheLeader ? cluster.Leader! : cluster.Nodes.First(node => node != cluster.Leader);

    private static void WriteUntil(Func<bool> condition, SimulatedCluster cluster, Ledger ledger)
    {
        for (var write = 0; !condition(); write++)
        {
            Assert.True(write < 2000, "The fault is not met.");
            if (cluster.Leader is { } leader)
                ledger.Write(leader);
            else
                cluster.Scheduler.RunFor(TimeSpan.FromMilliseconds(100));
        }
    }
}
