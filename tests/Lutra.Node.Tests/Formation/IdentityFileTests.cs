using Lutra.Node.Formation;
using Lutra.Node.Identity;
using Lutra.Raft;
using Lutra.Simulation.Disk;
using Lutra.Simulation.Scheduling;
using Lutra.Storage.Files;

namespace Lutra.Node.Tests.Formation;

public sealed class IdentityFileTests
{
    private readonly SimulatedScheduler scheduler = new(seed: 1);
    private SimulatedDisk disk;

    public IdentityFileTests() => disk = new SimulatedDisk(scheduler, "disk");

    [Fact]
    public void The_bytes_of_an_identity_are_fixed()
    {
        var identity = new NodeIdentity(new NodeId(0x0123456789ABCDEF), Label.Parse("2"), "otters", 7, new Begun(Subject.DraftOf(1, 1, 1, 2), new LogIndex(11)), BaseState: 0xBA5E);
        const string bytes =
            "4c555452412d494403000000ca00000009000000000000004a918c0d000000002e72d7a5"
            + "efcdab8967452301070000000000000001003206006f747465727303010000000000000001000000000000000100000001000000000000000000000073000202"
            + "0001000000000000000100000000000000010000000000000000000100310e006c6f63616c686f73743a333030310800636c69656e743a310200000000000000"
            + "0200000000000000010000000000000000000100320e006c6f63616c686f73743a333030320800636c69656e743a3100000b00000000000000005eba00000000"
            + "00000000000000000000";
        Assert.Equal(bytes, Convert.ToHexStringLower(IdentityFormat.Write(identity, sequence: 9).Span));
        var (read, sequence) = IdentityFormat.Read(Convert.FromHexString(bytes));
        Assert.Equal((identity, 9UL), (read, sequence));
        Assert.Equal(((Begun)identity.Formation).Draft.Configuration.Members, ((Begun)read.Formation).Draft.Configuration.Members);
    }

    [Fact]
    public void D11_a_folder_keeps_its_node_and_counts_its_starts_on_disk()
    {
        NodeId node;
        using (var first = Open())
        {
            node = first.Current.Node;
            Assert.Equal((1UL, (FormationRecord)Fresh.Record), (first.Current.Boots, first.Current.Formation));
        }
        for (var start = 2UL; start < 5; start++)
        {
            using (var again = Open())
                Assert.Equal((node, start), (again.Current.Node, again.Current.Boots));
            disk.PowerCut(new Random((int)start));
        }
        disk = new SimulatedDisk(scheduler, "another");
        using var other = Open(seed: 2);
        Assert.NotEqual(node, other.Current.Node);
    }

    [Fact]
    public void D07_an_identity_that_a_restart_has_found_is_still_there_when_the_power_goes()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            disk = new SimulatedDisk(scheduler, $"disk {seed}");
            disk.Faults.CrashOn = "rename of identity";
            Assert.ThrowsAny<Exception>(() => Open());
            disk.Kill();
            disk.Faults.CrashOn = null;
            NodeId node;
            using (var found = Open())
                node = found.Current.Node;
            disk.PowerCut(new Random(seed));
            using var after = Open(seed: 2);
            Assert.Equal(node, after.Current.Node);
        }
    }

    [Fact]
    public void D13_a_second_process_on_the_folder_is_refused()
    {
        using var first = Open();
        Assert.Throws<FolderInUseException>(() => Open());
    }

    [Fact]
    public void The_folder_is_free_again_after_a_refusal_and_after_the_end()
    {
        Open().Dispose();
        Assert.Throws<LutraException>(() => Open(cluster: "seals"));
        Open().Dispose();
    }

    [Fact]
    public void A_power_cut_at_any_operation_leaves_one_identity_whose_promises_are_kept()
    {
        FormationRecord[] story = [new Drafted(Subject.DraftOf(1, 1, 1, 2)), new Drafted(Subject.DraftOf(2, 1, 1, 2)), new Begun(Subject.DraftOf(2, 1, 1, 2))];
        var operations = Tell(story, crashIn: 0).Operations;
        Assert.InRange(operations, 20, 100);
        for (var crashIn = 1; crashIn <= operations; crashIn++)
        {
            for (var seed = 0; seed < 8; seed++)
            {
                disk = new SimulatedDisk(scheduler, $"disk {crashIn} {seed}");
                var (_, node, boots, reached) = Tell(story, crashIn);
                disk.PowerCut(new Random(seed));
                using var again = Open(seed: 5);
                Assert.True(node is null || again.Current.Node == node, "The node is the same.");
                Assert.True(again.Current.Boots > boots, "The start is counted.");
                var stage = Array.IndexOf(story, again.Current.Formation);
                Assert.True(stage == reached || stage == reached + 1, $"{again.Current.Formation} after {reached}");
            }
        }
    }

    [Fact]
    public void A_flipped_byte_anywhere_is_harmless_and_repaired()
    {
        var begun = new Begun(Subject.DraftOf(2, 1, 1, 2));
        Save(begun);
        var saved = disk.Save();
        for (var slot = 0; slot < 2; slot++)
        {
            for (var offset = 0; offset < 300; offset++)
            {
                disk.Restore(saved);
                disk.Corrupt(IdentityFile.Path, (slot * IdentityFormat.SlotBytes) + offset, 0x10);
                using (var opened = Open())
                    Assert.Equal((begun, 2UL), (opened.Current.Formation, opened.Current.Boots));
                disk.Corrupt(IdentityFile.Path, ((1 - slot) * IdentityFormat.SlotBytes) + 40, 0x10);
                using (var opened = Open())
                    Assert.Equal((begun, 3UL), (opened.Current.Formation, opened.Current.Boots));
            }
        }
    }

    [Fact]
    public void Damage_to_both_copies_is_told_with_file_and_reason_and_nothing_is_made_anew()
    {
        Open().Dispose();
        disk.Corrupt(IdentityFile.Path, 40, 1);
        disk.Corrupt(IdentityFile.Path, IdentityFormat.SlotBytes + 3, 1);
        var damage = Assert.Throws<DamagedFileException>(() => Open());
        Assert.Contains("identity", damage.Message, StringComparison.Ordinal);
        Assert.Contains("its checksum is wrong", damage.Message, StringComparison.Ordinal);
        Assert.Throws<DamagedFileException>(() => Open());
    }

    [Fact]
    public void An_unknown_version_is_refused()
    {
        Open().Dispose();
        var bytes = disk.ReadAll(IdentityFile.Path);
        bytes[8] = 4;
        BitConverter.TryWriteBytes(bytes.AsSpan(32), Lutra.Storage.Checksums.Crc32C.Compute(bytes.AsSpan(0, 32)));
        disk.Plant(IdentityFile.Path, bytes);
        var refusal = Assert.Throws<LutraException>(() => Open());
        Assert.Contains("has format version 4, and this build reads version 3 only", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_of_another_label_or_cluster_is_refused_with_what_to_do()
    {
        Open().Dispose();
        var otherLabel = Assert.Throws<LutraException>(() => Open(label: "2"));
        Assert.Contains("belongs to the node with --id=1, and --id is 2. Start it with --id=1, or give this node another --dir.", otherLabel.Message, StringComparison.Ordinal);
        var otherCluster = Assert.Throws<LutraException>(() => Open(cluster: "seals"));
        Assert.Contains("belongs to the cluster --cluster=otters, and --cluster is seals", otherCluster.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void N02_a_folder_with_data_and_no_identity_gets_no_new_one()
    {
        disk.Plant("log/0000000000000001.log", [1]);
        var damage = Assert.Throws<DamagedFileException>(() => Open());
        Assert.Contains("the file is missing, but the folder 'log' beside it holds data", damage.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_sync_is_reported_and_not_taken_for_done()
    {
        for (var failing = 1; failing <= 2; failing++)
        {
            disk = new SimulatedDisk(scheduler, $"disk {failing}");
            using var identity = Open();
            disk.Faults.FailSyncIn = failing;
            DiskException? failure = null;
            identity.Save(new Begun(Subject.DraftOf(1, 1, 1)), result => failure = result);
            scheduler.RunUntilIdle();
            Assert.NotNull(failure);
            Assert.Equal(Fresh.Record, identity.Current.Formation);
        }
    }

    [Fact]
    public void The_largest_draft_fits()
    {
        var members = Enumerable.Range(1, Draft.MembersMax).Select(id => new Member(
            new MemberId((ulong)id), new NodeId((ulong)id), $"{id:D2}".PadLeft(Label.LengthMax, 'n'),
            $"{new string('h', 253)}:65535", new string('c', DraftFormat.AddressBytesMax), MemberRole.Voter));
        var begun = new Begun(new Draft(new Ballot(1, new NodeId(1)), new ClusterId(1), new Configuration(members, [])));
        Save(begun);
        using var opened = Open();
        Assert.Equal(begun, opened.Current.Formation);
    }

    private (long Operations, NodeId? Node, ulong Boots, int Reached) Tell(FormationRecord[] story, int crashIn)
    {
        NodeId? node = null;
        var boots = 0UL;
        var reached = -1;
        var before = disk.Operations;
        var process = scheduler.StartProcess("node", _ => { });
        disk.Faults.CrashIn = crashIn;
        try
        {
            foreach (var record in story)
            {
                using var identity = IdentityFile.Open(disk.Mount(process), Label.Parse("1"), "otters", new Random(3));
                (node, boots) = (identity.Current.Node, identity.Current.Boots);
                identity.Save(record, failure =>
                {
                    Assert.Null(failure);
                    reached++;
                });
                scheduler.RunUntilIdle();
            }
        }
        catch (SimulatedCrashException)
        {
            // That is the point.
        }
        return (disk.Operations - before, node, boots, reached);
    }

    private void Save(FormationRecord record)
    {
        using var identity = Open();
        var done = false;
        identity.Save(record, failure => done = failure is null);
        scheduler.RunUntilIdle();
        Assert.True(done);
    }

    private IdentityFile Open(string label = "1", string cluster = "otters", int seed = 1) =>
        IdentityFile.Open(disk.Mount(scheduler.StartProcess("node")), Label.Parse(label), cluster, new Random(seed));
}
