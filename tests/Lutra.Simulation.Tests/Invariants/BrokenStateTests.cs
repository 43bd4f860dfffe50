using System.Text;
using Lutra.Keyspace.Commands;
using Lutra.Raft;
using Lutra.Simulation.Cluster;
using Lutra.Simulation.Disk;
using Lutra.Simulation.Runs;
using Lutra.Simulation.Runs.Invariants;
using Lutra.Storage.Log;
using Lutra.Storage.Log.Format;

namespace Lutra.Simulation.Tests.Invariants;

/// <summary>States that production code does not let come about, made behind its back: the watch must see each.</summary>
public sealed class BrokenStateTests
{
    private const int UncommittedBytesMax = 10_000;

    private readonly SimulatedCluster cluster;
    private readonly ClusterWatch watch;
    private readonly Operator keeper;

    public BrokenStateTests()
    {
        cluster = new SimulatedCluster(1, 3, options => options with { Tuning = options.Tuning with { Raft = options.Tuning.Raft with { UncommittedBytesMax = UncommittedBytesMax } } });
        keeper = new Operator(cluster, WorldDraw.Draw(1) with { Voters = 3 }, []);
        watch = new ClusterWatch(cluster, keeper, (_, _) => { });
        cluster.StartAll();
        Assert.True(cluster.ElectLeader(TimeSpan.FromSeconds(30)));
        Assert.True(cluster.Converge(TimeSpan.FromSeconds(10)));
        watch.LookAtAll();
        Assert.Null(watch.Breach);
    }

    private SimulatedNode Leader => cluster.Leader!;

    private RaftNode Raft => Leader.Loop!.Replica!.Raft;

    [Fact]
    public void I2_a_leader_that_shortens_its_log_is_seen()
    {
        cluster.Network.Isolate(Leader.Host);
        var before = Raft.Last.Index;
        Leader.Requests.Write(new WriteCommand(new PutOperation(Encoding.UTF8.GetBytes("key"), new byte[10])), null, _ => { });
        Assert.True(cluster.Scheduler.RunUntil(() => Raft.Last.Index > before, TimeSpan.FromMilliseconds(50)));
        Raft.Log.TruncateFrom(Raft.Last.Index);
        Leader.Ran!();
        Assert.StartsWith("I2", watch.Breach, StringComparison.Ordinal);
    }

    [Fact]
    public void I3_L14_two_entries_at_one_index_and_term_are_seen()
    {
        var follower = cluster.Nodes.First(node => node != Leader);
        follower.Disk.Synced!("log/segments/other.log", SegmentWith(new Entry(Raft.Last.Index, Raft.Last.Term, EntryKind.Command, new byte[4321])));
        Assert.StartsWith("I3", watch.Breach, StringComparison.Ordinal);
    }

    [Fact]
    public void I4_a_leader_without_a_committed_entry_is_seen()
    {
        var later = new Term(Raft.Term.Value + 1);
        var forgetful = new RaftNode(
            Raft.Id, new RaftOptions(), new Recovered(new HardState(later, Raft.Id), LogPosition.Zero, Raft.Configuration, LogPosition.Zero, [], []), new Random(1));
        watch.Leads(Leader, forgetful, Raft.Configuration);
        Assert.StartsWith("I4", watch.Breach, StringComparison.Ordinal);
    }

    [Fact]
    public void I6_a_node_that_comes_back_in_an_earlier_term_than_it_has_promised_is_seen()
    {
        var node = cluster.Nodes.First(each => each != Leader);
        var old = node.Disk.Save();
        Leader.Kill();
        Assert.True(cluster.Scheduler.RunUntil(() => cluster.Leader is not null && Raft.CommittedInTerm, TimeSpan.FromSeconds(30)));
        node.Kill();
        node.Disk.Restore(old);
        node.Start();
        Assert.True(cluster.Scheduler.RunUntil(() => watch.Breach is not null, TimeSpan.FromSeconds(30)));
        Assert.StartsWith("I6", watch.Breach, StringComparison.Ordinal);
    }

    [Fact]
    public void I9_a_configuration_in_the_log_that_is_not_in_force_is_seen()
    {
        AppendBehindItsBack(EntryKind.Configuration, new Configuration([.. Raft.Configuration.Members.Take(2)], []).Encode());
        watch.LookAtAll();
        Assert.StartsWith("I9 the configuration in force", watch.Breach, StringComparison.Ordinal);
    }

    [Fact]
    public void I9_two_configurations_that_are_not_committed_are_seen()
    {
        var same = Raft.Configuration.Encode();
        AppendBehindItsBack(EntryKind.Configuration, same);
        AppendBehindItsBack(EntryKind.Configuration, same);
        watch.LookAtAll();
        Assert.StartsWith("I9 one configuration", watch.Breach, StringComparison.Ordinal);
    }

    [Fact]
    public void I9_a_node_that_was_removed_and_is_a_member_again_is_seen()
    {
        var all = Raft.Configuration;
        var fewer = new Configuration([.. all.Members.Take(2)], []);
        Assert.Null(keeper.Roster.Committed(After(1), fewer));
        Assert.Null(keeper.Roster.Committed(After(2), fewer));
        Assert.Equal(all.Members[2].Node, keeper.Roster.Committed(After(3), all));

        LogPosition After(ulong count) => new(new LogIndex(Raft.Last.Index.Value + count), Raft.Term);
    }

    [Fact]
    public void I14_a_follower_that_takes_more_than_it_can_apply_is_seen()
    {
        var full = new SimulatedCluster(1, 3, options => options with { ApplyBacklogBytesMax = -1 });
        var looking = new ClusterWatch(full, new Operator(full, WorldDraw.Draw(1) with { Voters = 3 }, []), (_, _) => { });
        full.StartAll();
        Assert.True(full.ElectLeader(TimeSpan.FromSeconds(30)));
        Assert.Null(looking.Breach);
        var follower = full.Nodes.First(node => node != full.Leader);
        var raft = follower.Loop!.Replica!.Raft;
        raft.Log.Append(new Entry(raft.Last.Index.Next, raft.Term, EntryKind.Command, new byte[10]));
        follower.Ran!();
        Assert.StartsWith("I14 what waits to be applied", looking.Breach, StringComparison.Ordinal);
    }

    [Fact]
    public void I14_more_uncommitted_bytes_than_the_limit_allows_are_seen()
    {
        AppendBehindItsBack(EntryKind.Command, new byte[(2 * UncommittedBytesMax) + 1]);
        watch.LookAtAll();
        Assert.StartsWith("I14", watch.Breach, StringComparison.Ordinal);
    }

    [Fact]
    public void I14_what_was_committed_is_not_counted_by_one_who_was_just_started_and_does_not_know_it()
    {
        var before = Raft.Commit;
        for (var number = 0; number < 10; number++)
        {
            Leader.Requests.Write(new WriteCommand(new PutOperation(Encoding.UTF8.GetBytes($"key{number}"), new byte[UncommittedBytesMax / 2])), null, _ => { });
            cluster.Scheduler.RunFor(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(Raft.Commit.Value, before.Value + 10, ulong.MaxValue);
        foreach (var node in cluster.Nodes)
        {
            node.Kill();
            node.Start();
        }

        Assert.True(cluster.Scheduler.RunUntil(() => cluster.Leader is not null, TimeSpan.FromSeconds(30)));
        Assert.True(Raft.Commit < watch.Ghost.Last);
        watch.LookAtAll();
        Assert.Null(watch.Breach);
    }

    [Fact]
    public void I15_a_node_that_goes_on_with_a_log_whose_end_is_lost_is_seen()
    {
        keeper.MustRefuse(Leader);
        keeper.LookAtAll();
        Assert.StartsWith("I15", keeper.Unexplained, StringComparison.Ordinal);
    }

    [Fact]
    public void I16_a_node_that_stops_for_an_error_of_its_disk_that_nobody_injected_is_seen()
    {
        var node = cluster.Nodes.First(each => each != Leader);
        node.Disk.Faults.FailSyncIn = 1;
        Leader.Requests.Write(new WriteCommand(new PutOperation(Encoding.UTF8.GetBytes("key"), new byte[10])), null, _ => { });
        Assert.True(cluster.Scheduler.RunUntil(() => node.Failure is not null, TimeSpan.FromSeconds(10)));
        Assert.StartsWith($"I16: node {node.Label} stopped", keeper.Unexplained, StringComparison.Ordinal);
    }

    [Fact]
    public void I16_a_stop_that_follows_from_what_was_done_to_the_disk_is_none()
    {
        var node = cluster.Nodes.First(each => each != Leader);
        keeper.ExpectDiskError(node);
        node.Disk.Faults.FailSyncIn = 1;
        Leader.Requests.Write(new WriteCommand(new PutOperation(Encoding.UTF8.GetBytes("key"), new byte[10])), null, _ => { });
        Assert.True(cluster.Scheduler.RunUntil(() => node.Failure is not null, TimeSpan.FromSeconds(10)));
        Assert.Null(keeper.Unexplained);
    }

    private void AppendBehindItsBack(EntryKind kind, byte[] payload) =>
        Raft.Log.Append(new Entry(Raft.Last.Index.Next, Raft.Term, kind, payload));

    private static FileImage SegmentWith(Entry entry)
    {
        var identity = new LogIdentity(new ClusterId(1), new NodeId(1));
        var bytes = new byte[SegmentHeader.SizeBytes + RecordHeader.RecordBytes(entry.Payload.Length)];
        new SegmentHeader(identity, 1, entry.Position, 0, 1).Write(bytes);
        RecordHeader.WriteRecord(bytes.AsSpan(SegmentHeader.SizeBytes), entry, 1, endsBatch: true, 0, identity.Seed(1));
        var image = new FileImage();
        image.Write(bytes, 0);
        return image;
    }
}
