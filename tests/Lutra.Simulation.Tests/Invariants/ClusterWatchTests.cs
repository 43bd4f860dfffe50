using System.Text;
using Lutra.Keyspace.Commands;
using Lutra.Raft;
using Lutra.Simulation.Cluster;
using Lutra.Simulation.Runs;
using Lutra.Simulation.Runs.Invariants;

namespace Lutra.Simulation.Tests.Invariants;

/// <summary>Each invariant is seen to break: a watch that can only be silent proves nothing.</summary>
public sealed class ClusterWatchTests
{
    private readonly SimulatedCluster cluster = new(1, 3);
    private readonly ClusterWatch watch;

    public ClusterWatchTests()
    {
        var world = WorldDraw.Draw(1) with { Voters = 3 };
        watch = new ClusterWatch(cluster, new Operator(cluster, world, []), (_, _) => { });
        cluster.StartAll();
        Assert.True(cluster.ElectLeader(TimeSpan.FromSeconds(30)));
    }

    private SimulatedNode Leader => cluster.Leader!;

    private RaftNode Raft => Leader.Loop!.Replica!.Raft;

    [Fact]
    public void Nothing_is_wrong_where_nothing_is_wrong()
    {
        for (var number = 0; number < 50; number++)
            Write();
        foreach (var node in cluster.Nodes)
        {
            node.PowerCut();
            node.Start();
        }

        Write();
        watch.LookAtAll();
        Assert.Null(watch.Breach);
        Assert.True(watch.Ghost.Last.Value > 50);
    }

    [Fact]
    public void I1_a_second_leader_of_a_term_is_seen()
    {
        var other = cluster.Nodes.First(node => node != Leader);
        watch.Leads(other, other.Loop!.Replica!.Raft, Raft.Configuration);
        Assert.StartsWith("I1", watch.Breach, StringComparison.Ordinal);
    }

    [Fact]
    public void I5_a_state_that_was_never_committed_is_seen()
    {
        watch.Applied(Leader, new LogPosition(Raft.Commit, new Term(77)), 1);
        Assert.StartsWith("I5", watch.Breach, StringComparison.Ordinal);
    }

    [Fact]
    public void I7_two_revisions_at_one_index_are_seen()
    {
        Write();
        watch.Applied(Leader, Leader.Loop!.Replica!.Keyspace.Applied, 99);
        Assert.StartsWith("I7", watch.Breach, StringComparison.Ordinal);
    }

    [Fact]
    public void I8_an_acknowledgement_of_what_nobody_committed_is_seen()
    {
        Leader.Acknowledged!(new ProposalId(1, 2));
        Assert.StartsWith("I8", watch.Breach, StringComparison.Ordinal);
    }

    [Fact]
    public void I8_a_core_that_has_lost_its_end_is_seen()
    {
        var follower = cluster.Nodes.First(node => node != Leader);
        cluster.Network.Isolate(follower.Host);
        Write();
        watch.RequireAll(follower);
        Assert.StartsWith("I8", watch.Breach, StringComparison.Ordinal);
    }

    [Fact]
    public void I10_a_commit_that_the_disks_of_no_quorum_hold_is_seen()
    {
        foreach (var node in cluster.Nodes)
            node.Disk.Synced = null;
        Write();
        Assert.StartsWith("I10", watch.Breach, StringComparison.Ordinal);
    }

    [Fact]
    public void I10_a_leader_whose_votes_are_on_no_disk_is_seen()
    {
        foreach (var node in cluster.Nodes)
            node.Disk.Synced = null;
        var before = Leader;
        before.Kill();
        cluster.Scheduler.RunUntil(() => cluster.Leader is { } now && now != before, TimeSpan.FromSeconds(30));
        Assert.StartsWith("I10", watch.Breach, StringComparison.Ordinal);
    }

    private void Write()
    {
        Assert.True(cluster.ElectLeader(TimeSpan.FromSeconds(30)));
        var done = false;
        Leader.Requests.Write(new WriteCommand(new PutOperation(Encoding.UTF8.GetBytes("key"), new byte[100])), null, ending => done = ending.IsDone);
        cluster.Scheduler.RunUntil(() => done, TimeSpan.FromSeconds(10));
    }
}
