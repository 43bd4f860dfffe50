using Lutra.Raft;
using Lutra.Simulation.Cluster;
using static Lutra.Node.Tests.Cluster.Requests;

namespace Lutra.Node.Tests.Cluster;

public sealed class ThreeNodesTests
{
    [Fact]
    public void Writes_and_linearizable_reads_are_served_by_every_node()
    {
        var cluster = Started(seed: 1, nodes: 3);
        foreach (var writer in cluster.Nodes)
        {
            cluster.MustPut(writer, "name", $"by {writer.Label}");
            foreach (var reader in cluster.Nodes)
                Assert.Equal($"by {writer.Label}", cluster.Get(reader, "name"));
        }
    }

    [Fact]
    public void After_the_leaders_process_died_another_leads_without_waiting_for_the_timeout()
    {
        for (var seed = 1ul; seed <= 10; seed++)
        {
            var cluster = Started(seed, nodes: 3);
            cluster.MustPut(cluster.Nodes[0], "name", "otter");
            var dead = cluster.Leader!;
            dead.Kill();
            var before = cluster.Scheduler.Now;
            Assert.True(cluster.ElectLeader(Long));
            Assert.NotSame(dead, cluster.Leader);
            Assert.True(cluster.Scheduler.Now - before < TimeSpan.FromMilliseconds(900), $"seed {seed}: {cluster.Scheduler.Now - before}");
            Assert.Equal("otter", cluster.Get(cluster.Leader!, "name"));
        }
    }

    [Fact]
    public void A_connection_that_breaks_and_can_be_dialled_again_changes_nothing()
    {
        var cluster = Started(seed: 7, nodes: 3);
        var leader = cluster.Leader!;
        var term = leader.Loop!.Replica!.Raft.Term;
        var other = cluster.Nodes.First(node => node != leader);
        for (var round = 0; round < 10; round++)
        {
            other.BreakConnections();
            cluster.Scheduler.RunFor(TimeSpan.FromMilliseconds(300));
        }

        Assert.Same(leader, cluster.Leader);
        Assert.Equal(term, leader.Loop!.Replica!.Raft.Term);
    }

    [Fact]
    public void A_majority_goes_on_and_the_third_catches_up_from_the_log()
    {
        var cluster = Started(seed: 2, nodes: 3);
        var away = cluster.Nodes.First(node => node != cluster.Leader);
        away.Kill();
        for (var number = 0; number < 100; number++)
            cluster.MustPut(cluster.Leader!, $"key {number}", $"{number}");
        away.Start();
        Assert.True(cluster.Converge(Long));
        Assert.Equal("99", cluster.Get(away, "key 99"));
    }

    [Fact]
    public void One_who_was_away_for_longer_than_the_log_reaches_gets_the_tables()
    {
        var cluster = Started(seed: 3, nodes: 3);
        var away = cluster.Nodes.First(node => node != cluster.Leader);
        away.PowerCut();
        for (var number = 0; number < 4000; number++)
            cluster.MustPut(cluster.Leader!, $"key {number}", new string('x', 300));
        Assert.True(cluster.Leader!.Loop!.Replica!.Log.Start.Index > LogIndex.Zero, "The log was not cut.");
        away.Start();
        Assert.True(cluster.Converge(TimeSpan.FromSeconds(60)), string.Join("\n", away.Told.Concat(cluster.Leader!.Told)) + "\n" + cluster.Leader.Loop!.Replica!.Raft.Status + string.Join(",", cluster.Leader.Loop!.Replica!.Raft.Status.Followers));
        Assert.Contains(away.Told, line => line.What.Contains("Took over the state", StringComparison.Ordinal));
        Assert.Equal(new string('x', 300), cluster.Get(away, "key 0"));
        Assert.Equal(new string('x', 300), cluster.Get(away, "key 3999"));
        away.PowerCut();
        away.Start();
        Assert.True(cluster.Converge(Long), away.Failure?.ToString());
        Assert.Equal(new string('x', 300), cluster.Get(away, "key 2000"));
    }

    [Fact]
    public void Without_a_majority_nothing_is_done_and_nothing_is_said_to_be()
    {
        var cluster = Started(seed: 4, nodes: 3);
        var alone = cluster.Nodes[0];
        foreach (var other in cluster.Nodes.Where(node => node != alone))
            other.Kill();
        cluster.Scheduler.RunFor(TimeSpan.FromSeconds(5));
        Assert.Equal(LutraError.Unavailable, cluster.Put(alone, "name", "otter")!.Error);
        Assert.Equal(LutraError.Unavailable, cluster.Read(alone, "name")!.Error);
    }

    [Fact]
    public void C04_a_leader_that_steps_down_answers_all_who_wait_at_once()
    {
        var cluster = Started(seed: 5, nodes: 3);
        var leader = cluster.Leader!;
        cluster.Network.Isolate(leader.Host);
        var endings = new List<Ending>();
        for (var number = 0; number < 1000; number++)
            leader.Requests.Write(new Keyspace.Commands.WriteCommand(new PutOperation(Bytes($"key {number}"), Bytes("x"))), null, endings.Add);
        cluster.Scheduler.RunUntil(() => endings.Count > 0, Long);
        var first = cluster.Scheduler.Now;
        Assert.True(cluster.Scheduler.RunUntil(() => endings.Count == 1000, TimeSpan.FromMilliseconds(100)), $"{endings.Count} by {first}");
        Assert.All(endings, ending => Assert.Equal(LutraError.OutcomeUnknown, ending.Error));
    }

    [Fact]
    public void C03_a_forwarded_write_whose_leader_was_replaced_is_certainly_not_done()
    {
        var cluster = Started(seed: 6, nodes: 3);
        var leader = cluster.Leader!;
        var follower = cluster.Nodes.First(node => node != leader);
        // The leader gets the write and can tell nobody: its entry is on no other disk.
        cluster.Network.Cut(leader.Host, follower.Host);
        foreach (var other in cluster.Nodes.Where(node => node != leader && node != follower))
            cluster.Network.CutBoth(leader.Host, other.Host);
        Ending? ended = null;
        follower.Requests.Write(new Keyspace.Commands.WriteCommand(new PutOperation(Bytes("name"), Bytes("otter"))), null, ending => ended = ending);
        Assert.True(cluster.Scheduler.RunUntil(() => ended is not null, Long));
        Assert.Equal(LutraError.Unavailable, ended!.Error);
        cluster.Network.HealAll();
        Assert.True(cluster.Converge(Long));
        Assert.Null(cluster.Get(follower, "name"));
    }
}
