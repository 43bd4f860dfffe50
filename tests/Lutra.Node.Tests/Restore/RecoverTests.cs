using Lutra.Node.Identity;
using Lutra.Node.Restore;
using Lutra.Node.Tests.Members;
using Lutra.Simulation.Cluster;
using Lutra.Simulation.Disk;
using Lutra.Storage.Files;
using static Lutra.Node.Tests.Cluster.Requests;
using static Lutra.Node.Tests.Restore.RestoreBed;

namespace Lutra.Node.Tests.Restore;

public sealed class RecoverTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void M14_a_recovered_cluster_has_what_was_acknowledged_and_never_talks_to_the_old_nodes(ulong seed)
    {
        var cluster = Furnished(seed);
        var survivor = cluster.Nodes.First(node => node != cluster.Leader);
        Assert.True(cluster.Converge(Long));
        var before = Id(survivor);
        foreach (var node in cluster.Nodes)
            node.Kill();
        var recovered = RecoverInPlace(cluster, survivor);
        survivor.Start();
        Assert.True(cluster.Scheduler.RunUntil(() => survivor.Loop?.Replica?.Raft.CommittedInTerm == true, Long), survivor.Failure?.ToString());
        Assert.NotEqual(before, Id(survivor));
        Assert.Equal($"{Id(survivor)}", recovered.Cluster);
        for (var key = 0; key < 20; key++)
            Assert.Equal($"v{key}", cluster.Get(survivor, $"k{key}"));

        // The old ones come back and elect a leader of their own: the two clusters never mix.
        var old = cluster.Nodes.Where(node => node != survivor).ToArray();
        foreach (var node in old)
            node.Start();
        cluster.MustPut(survivor, "new", "1");
        Assert.True(cluster.Scheduler.RunUntil(() => old.Any(node => node.Loop?.Replica?.Raft.CommittedInTerm == true), Long));
        cluster.MustPut(old.First(node => node.Loop?.Replica?.Raft.CommittedInTerm == true), "old", "1");
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(10));
        Assert.All(old, node => Assert.True(node.IsUp, node.Failure?.Message));
        Assert.Null(cluster.Get(survivor, "old"));
        Assert.Null(cluster.Get(old[0], "new"));
        Assert.Empty(survivor.Loop!.Peers.Status);
        Assert.Contains(survivor.Told.Concat(old[0].Told), line => line.What.Contains("two clusters that began apart cannot be joined", StringComparison.Ordinal));
    }

    [Fact]
    public void Entries_that_only_the_survivor_has_are_kept_and_said_to_be_uncertain()
    {
        var cluster = Furnished(4);
        var leader = cluster.Leader!;
        foreach (var node in cluster.Nodes.Where(node => node != leader))
            node.Kill();
        Assert.False(cluster.Put(leader, "unsure", "kept") is { IsDone: true });
        leader.PowerCut();
        using (var recovery = Open(cluster, leader))
        {
            Assert.True(recovery.Loss!.UncertainEntries > 0);
            Assert.True(recovery.Loss is { HasMajority: false, MayHaveLost: true, Voters: 3, Majority: 2 });
            Assert.Equal([leader.Label], recovery.Loss.Here);
            Assert.Equal(2, recovery.Loss.Missing.Count);
        }
        RecoverInPlace(cluster, leader);
        leader.Start();
        cluster.Scheduler.RunUntil(() => leader.Loop?.Replica?.Raft.CommittedInTerm == true, Long);
        Assert.Equal("kept", cluster.Get(leader, "unsure"));
    }

    [Fact]
    public void The_folder_whose_log_ends_in_the_later_term_or_further_on_is_the_one_that_is_taken()
    {
        var cluster = Furnished(5);
        var first = cluster.Leader!;
        var behind = cluster.Nodes.First(node => node != first);
        behind.Kill();
        cluster.MustPut(first, "a", "1");
        foreach (var node in cluster.Nodes)
            node.Kill();
        var ahead = cluster.Nodes.First(node => node != first && node != behind);
        using var recovery = Open(cluster, behind, ahead);
        Assert.Equal(ahead.Label, recovery.Best!.Label);
        Assert.Equal(2, recovery.Folders.Count);
        Assert.True(recovery.Folders[0].Last.Index < recovery.Folders[1].Last.Index);
        Assert.True(recovery.Loss is { HasMajority: true, MayHaveLost: false });
    }

    [Fact]
    public void Looking_and_recovering_leave_the_old_folder_as_a_start_finds_it()
    {
        var cluster = Furnished(6);
        var node = cluster.Leader!;
        node.PowerCut();
        Open(cluster, node).Dispose();
        var before = node.Disk.Paths.ToDictionary(path => path, path => node.Disk.ReadAll(path));
        RecoverInto(cluster, node, new SimulatedDisk(cluster.Scheduler, "target"));
        var after = node.Disk.Paths.ToDictionary(path => path, path => node.Disk.ReadAll(path));
        Assert.Equal(before.Keys.Order(), after.Keys.Order());
        // What stands in slots is written again at each opening (pitfall D02), where a power cut tore the last write even in the other place.
        foreach (var (path, bytes) in before.Where(each => each.Key is not ("log/confirmed" or "log/hard-state" or "log/start")))
            Assert.True(bytes.AsSpan().SequenceEqual(after[path]), path);
        node.Start();
        Assert.True(cluster.ElectLeader(Long));
        cluster.MustPut(cluster.Leader!, "still", "there");
    }

    [Fact]
    public void Folders_of_different_clusters_and_copies_of_one_node_are_refused()
    {
        var one = Furnished(7);
        var other = Furnished(8);
        one.Nodes[0].Kill();
        one.Nodes[1].Kill();
        other.Nodes[0].Kill();
        var mixed = Assert.Throws<LutraException>(() => Recovery.Open([Mount(one, one.Nodes[0].Disk), Mount(one, other.Nodes[0].Disk)]));
        Assert.Contains("are of different clusters", mixed.Message, StringComparison.Ordinal);

        var saved = one.Nodes[0].Disk.Save();
        var copy = new SimulatedDisk(one.Scheduler, "copy");
        copy.Restore(saved);
        var twice = Assert.Throws<LutraException>(() => Recovery.Open([Mount(one, one.Nodes[0].Disk), Mount(one, copy)]));
        Assert.Contains("copies of one node", twice.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void D13_a_folder_on_which_a_node_runs_is_refused()
    {
        var cluster = Furnished(9);
        Assert.Throws<FolderInUseException>(() => Open(cluster, cluster.Nodes[0]));
    }

    [Fact]
    public void A_damaged_folder_is_named_and_another_is_taken()
    {
        var cluster = Furnished(10);
        foreach (var node in cluster.Nodes)
            node.Kill();
        var segment = cluster.Nodes[0].Disk.Paths.First(path => path.EndsWith(".log", StringComparison.Ordinal));
        cluster.Nodes[0].Disk.Corrupt(segment, 600, 1);
        using var recovery = Open(cluster, cluster.Nodes[0], cluster.Nodes[1]);
        Assert.NotNull(recovery.Folders[0].Fault);
        Assert.Null(recovery.Folders[1].Fault);
        Assert.Equal(cluster.Nodes[1].Label, recovery.Best!.Label);
        Assert.Equal([cluster.Nodes[1].Label], recovery.Loss!.Here);
    }

    [Fact]
    public void A_node_that_never_belonged_to_a_cluster_has_nothing_to_recover()
    {
        var cluster = new SimulatedCluster(11, 3);
        cluster.Nodes[0].Start();
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(1));
        cluster.Nodes[0].Kill();
        using var recovery = Open(cluster, cluster.Nodes[0]);
        Assert.Contains("never belonged to a cluster", Assert.Single(recovery.Folders).Fault, StringComparison.Ordinal);
        Assert.Null(recovery.Best);
    }

    [Fact]
    public void M14_a_recovery_that_is_cut_off_anywhere_leaves_the_old_folder_and_no_half_of_a_new_one()
    {
        var cluster = Furnished(12);
        var node = cluster.Leader!;
        node.PowerCut();
        var crashes = 0;
        for (var crashIn = 1; ; crashIn++)
        {
            var target = new SimulatedDisk(cluster.Scheduler, $"target {crashIn}");
            target.Faults.CrashIn = crashIn;
            if (TryRecover(cluster, node, target))
                break;
            crashes++;
            target.PowerCut(new Random(crashIn));
            if (!target.Paths.Contains(IdentityFile.Path))
            {
                if (target.Paths.Any(path => path.StartsWith("tables/", StringComparison.Ordinal)))
                    Assert.ThrowsAny<Exception>(() => OpenIdentity(cluster, target));
                Assert.True(TryRecover(cluster, node, target));
            }
            using var identity = OpenIdentity(cluster, target);
            Assert.IsType<Lutra.Node.Formation.Begun>(identity.Current.Formation);
        }

        Assert.True(crashes > 20, $"{crashes} crashes");
    }

    [Fact]
    public void A_member_that_never_told_its_label_does_not_hinder_a_recovery()
    {
        var cluster = Furnished(14);
        cluster.MustChange(cluster.Leader!, new AddMember("n9:2379"));
        cluster.MustPut(cluster.Leader!, "after", "1");
        foreach (var node in cluster.Nodes)
            node.Kill();
        using var recovery = Open(cluster, cluster.Nodes[0]);
        Assert.Null(recovery.Folders[0].Fault);
        Assert.Equal(["1", "2", "3"], recovery.Folders[0].Members);
        Assert.Equal(["2", "3"], recovery.Loss!.Missing);
    }

    [Fact]
    public void A_recovered_node_can_be_lost_and_recovered_again()
    {
        var cluster = new SimulatedCluster(13, 1);
        cluster.StartAll();
        Assert.True(cluster.ElectLeader(Long));
        var node = cluster.Nodes[0];
        cluster.MustPut(node, "a", "1");
        for (var round = 0; round < 3; round++)
        {
            node.Kill();
            RecoverInPlace(cluster, node);
            node.Start();
            Assert.True(cluster.ElectLeader(Long));
            cluster.MustPut(node, $"r{round}", "x");
        }
        Assert.Equal("1", cluster.Get(node, "a"));
        Assert.True(node.Loop!.Replica!.Keyspace.Revision.Value > 3 * Jump);
    }

    private static SimulatedCluster Furnished(ulong seed)
    {
        var cluster = Started(seed, 3);
        for (var key = 0; key < 20; key++)
            cluster.MustPut(cluster.Leader!, $"k{key}", $"v{key}");
        return cluster;
    }

    private static Recovery Open(SimulatedCluster cluster, params SimulatedNode[] nodes) => Recovery.Open([.. nodes.Select(node => Mount(cluster, node.Disk))]);

    /// <summary>The machine gets the recovered folder in place of its own.</summary>
    private static RestoredNode RecoverInPlace(SimulatedCluster cluster, SimulatedNode node)
    {
        var target = new SimulatedDisk(cluster.Scheduler, $"recovered {node.Label}");
        var made = RecoverInto(cluster, node, target);
        var saved = target.Save();
        node.Wipe();
        node.Disk.Restore(saved);
        return made;
    }

    private static RestoredNode RecoverInto(SimulatedCluster cluster, SimulatedNode node, SimulatedDisk target)
    {
        using var recovery = Open(cluster, node);
        return recovery.Make(Mount(cluster, target), Jump, 0, cluster.Scheduler.RandomFor($"recovery into {target.Name}"), _ => { });
    }

    private static bool TryRecover(SimulatedCluster cluster, SimulatedNode node, SimulatedDisk target)
    {
        try
        {
            RecoverInto(cluster, node, target);
            return true;
        }
        catch (SimulatedCrashException)
        {
            return false;
        }
    }

    private static IFiles Mount(SimulatedCluster cluster, SimulatedDisk disk) => disk.Mount(cluster.Scheduler.StartProcess("tool"));

    private static IdentityFile OpenIdentity(SimulatedCluster cluster, SimulatedDisk disk) =>
        IdentityFile.Open(Mount(cluster, disk), Label.Parse("1"), "1", new Random(1));
}
