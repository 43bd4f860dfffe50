using Lutra.Node.Identity;
using Lutra.Simulation.Cluster;
using Lutra.Simulation.Disk;
using Lutra.Simulation.Scheduling;
using Lutra.Storage.Files;
using static Lutra.Node.Tests.Cluster.Requests;
using static Lutra.Node.Tests.Restore.RestoreBed;

namespace Lutra.Node.Tests.Restore;

public sealed class RestoreTests
{
    private readonly SimulatedCluster old = Furnished(1);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Nodes_restored_from_one_file_make_a_new_cluster_with_its_data(ulong seed)
    {
        var cluster = Restored(seed, nodes: 3, Snapshot(old.Leader!));
        cluster.StartAll();
        Assert.True(cluster.ElectLeader(Long), string.Join('\n', cluster.Nodes.SelectMany(node => node.Told)));
        Assert.NotEqual(Id(old.Leader!), Id(cluster.Leader!));
        foreach (var node in cluster.Nodes)
            Assert.Equal("v7", cluster.Get(node, "k7"));
        cluster.MustPut(cluster.Nodes[1], "new", "1");
        Assert.True(cluster.Converge(Long));
        Assert.Single(cluster.Nodes.Select(HashOf).Distinct());
        Assert.Single(cluster.Nodes.Select(Id).Distinct());

        // And again, from what is on their disks.
        foreach (var node in cluster.Nodes)
            node.PowerCut();
        cluster.StartAll();
        Assert.True(cluster.ElectLeader(Long));
        Assert.Equal("1", cluster.Get(cluster.Nodes[0], "new"));
        AssertUp(cluster);
    }

    [Fact]
    public void A_restored_node_alone_makes_a_cluster_of_one()
    {
        var cluster = Restored(5, nodes: 1, Snapshot(old.Leader!));
        cluster.StartAll();
        Assert.True(cluster.ElectLeader(Long));
        Assert.Equal("v7", cluster.Get(cluster.Nodes[0], "k7"));
    }

    [Theory]
    [InlineData("empty", "is empty: restore it from the same file")]
    [InlineData("other file", "was restored from another snapshot")]
    [InlineData("other jump", "was restored from another snapshot")]
    public void Nodes_that_begin_with_different_states_never_make_a_cluster_and_say_why(string difference, string said)
    {
        var snapshot = Snapshot(old.Leader!);
        var cluster = new SimulatedCluster(6, 3);
        Make(cluster, cluster.Nodes[0], snapshot);
        Make(cluster, cluster.Nodes[1], snapshot);
        if (difference == "other jump")
            Make(cluster, cluster.Nodes[2], snapshot, jump: 7);
        else if (difference == "other file")
        {
            old.MustPut(old.Leader!, "later", "x");
            Make(cluster, cluster.Nodes[2], Snapshot(old.Leader!));
        }
        cluster.StartAll();
        Assert.False(cluster.ElectLeader(TimeSpan.FromSeconds(20)));
        Assert.All(cluster.Nodes, node => Assert.Null(node.Loop!.Membership.Begun));
        Assert.Contains(cluster.Nodes[0].Told, line => line.What.Contains(said, StringComparison.Ordinal));

        // Once it is restored from the same file, they go on.
        cluster.Nodes[2].Kill();
        cluster.Nodes[2].Wipe();
        Make(cluster, cluster.Nodes[2], snapshot);
        cluster.Nodes[2].Start();
        Assert.True(cluster.ElectLeader(Long), string.Join('\n', cluster.Nodes.SelectMany(node => node.Told)));
    }

    [Fact]
    public void N01_a_restored_node_that_lists_the_old_cluster_stops_and_says_why()
    {
        var snapshot = Snapshot(old.Leader!);
        var node = old.Nodes[2];
        node.Kill();
        node.Wipe();
        Make(old, node, snapshot);
        node.Start();
        old.Scheduler.RunUntil(() => !node.IsUp, Long);
        Assert.Contains("it begins a cluster of its own and can join no other", node.Failure?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_restored_a_second_time_is_another_node_for_a_cluster_that_has_begun()
    {
        var snapshot = Snapshot(old.Leader!);
        var cluster = Restored(7, nodes: 3, snapshot);
        cluster.StartAll();
        Assert.True(cluster.ElectLeader(Long));
        var node = cluster.Nodes.First(each => each != cluster.Leader);
        node.Kill();
        node.Wipe();
        Make(cluster, node, snapshot);
        node.Start();
        cluster.Scheduler.RunUntil(() => !node.IsUp, Long);
        Assert.False(node.IsUp);
        cluster.MustPut(cluster.Leader!, "goes", "on");
    }

    [Fact]
    public void S06_a_restored_node_that_was_never_up_gets_the_state_once_the_log_was_cut()
    {
        var cluster = Restored(8, nodes: 3, Snapshot(old.Leader!));
        cluster.StartAll();
        Assert.True(cluster.ElectLeader(Long));
        var late = cluster.Nodes.First(each => each != cluster.Leader);
        late.Kill();
        for (var write = 0; write < 400; write++)
            cluster.MustPut(cluster.Leader!, $"w{write % 50}", new string('x', 2000));
        Assert.True(cluster.Leader!.Loop!.Replica!.Log.Start.Index > old.Leader!.Loop!.Replica!.Keyspace.Applied.Index, "The log was not cut.");
        late.Start();
        Assert.True(cluster.Converge(Long));
        Assert.Single(cluster.Nodes.Select(HashOf).Distinct());
        late.PowerCut();
        late.Start();
        Assert.True(cluster.Converge(Long));
        Assert.Equal(cluster.Leader!.Loop!.Replica!.Keyspace.Configuration.Members, late.Loop!.Replica!.Keyspace.Configuration.Members);
    }

    [Fact]
    public void A_restore_that_is_cut_off_anywhere_leaves_nothing_that_starts_and_can_be_done_again()
    {
        var snapshot = Snapshot(old.Leader!);
        var crashes = 0;
        for (var crashIn = 1; ; crashIn++)
        {
            var scheduler = new SimulatedScheduler((ulong)crashIn);
            var disk = new SimulatedDisk(scheduler, "disk");
            disk.Faults.CrashIn = crashIn;
            if (TryMake(scheduler, disk, snapshot))
                break;
            crashes++;
            disk.PowerCut(new Random(crashIn));

            // Either it is whole, or it can be made again; a start before that is refused.
            if (!disk.Paths.Contains(IdentityFile.Path))
            {
                if (disk.Paths.Any(path => path.StartsWith("tables/", StringComparison.Ordinal)))
                    Assert.ThrowsAny<Exception>(() => OpenIdentity(scheduler, disk));
                Assert.True(TryMake(scheduler, disk, snapshot));
            }
            using var identity = OpenIdentity(scheduler, disk);
            Assert.NotEqual(UInt128.Zero, identity.Current.BaseState);
        }

        Assert.True(crashes > 20, $"{crashes} crashes");
    }

    [Fact]
    public void A_folder_with_an_unfinished_restore_does_not_start()
    {
        var scheduler = new SimulatedScheduler(1);
        var disk = new SimulatedDisk(scheduler, "disk");
        disk.Faults.CrashOn = "rename of identity";
        Assert.Throws<SimulatedCrashException>(() => Make(scheduler, disk, "1", Snapshot(old.Leader!)));
        disk.PowerCut(new Random(1));
        if (disk.Paths.Contains(IdentityFile.Path))
            return; // The rename was the last that happened: then it is whole.
        var refusal = Assert.Throws<LutraException>(() => OpenIdentity(scheduler, disk));
        Assert.Contains("was not finished. Run it again", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_holds_anything_is_not_restored_into()
    {
        var scheduler = new SimulatedScheduler(1);
        var disk = new SimulatedDisk(scheduler, "disk");
        disk.Plant("tables/0000000000000001.table", "mine"u8);
        var refusal = Assert.Throws<LutraException>(() => Make(scheduler, disk, "1", Snapshot(old.Leader!)));
        Assert.Contains("is not empty: it holds tables/0000000000000001.table", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("mine"u8.ToArray(), disk.ReadAll("tables/0000000000000001.table"));
    }

    [Fact]
    public void A_damaged_snapshot_is_refused_before_anything_is_written()
    {
        var snapshot = Snapshot(old.Leader!);
        snapshot[snapshot.Length / 2] ^= 1;
        var scheduler = new SimulatedScheduler(1);
        var disk = new SimulatedDisk(scheduler, "disk");
        Assert.Throws<DamagedFileException>(() => Make(scheduler, disk, "1", snapshot));
        Assert.Empty(disk.Paths);
    }

    private static bool TryMake(SimulatedScheduler scheduler, SimulatedDisk disk, byte[] snapshot)
    {
        try
        {
            Make(scheduler, disk, "1", snapshot);
            return true;
        }
        catch (SimulatedCrashException)
        {
            return false;
        }
    }

    private static IdentityFile OpenIdentity(SimulatedScheduler scheduler, SimulatedDisk disk) =>
        IdentityFile.Open(disk.Mount(scheduler.StartProcess("node")), Label.Parse("1"), "1", new Random(1));

    private static SimulatedCluster Furnished(ulong seed)
    {
        var cluster = Started(seed, 3);
        for (var key = 0; key < 20; key++)
            cluster.MustPut(cluster.Leader!, $"k{key}", $"v{key}");
        return cluster;
    }
}
