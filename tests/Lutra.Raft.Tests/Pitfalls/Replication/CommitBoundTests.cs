using Lutra.Raft.Tests.Harness;
using static Lutra.Raft.Tests.Harness.Steps;

namespace Lutra.Raft.Tests.Pitfalls.Replication;

public sealed class CommitBoundTests
{
    [Fact]
    public void L03_a_follower_commits_only_what_this_message_proves()
    {
        var cluster = WithOldLeader();
        var append = new AppendRequest(
            TestCluster.IdOf(1), TestCluster.IdOf(2), cluster[1].Status.Term, At(2, 1), default, Index(5), 0);
        cluster.Deliver(append);
        Assert.True(cluster[2].Status.Commit <= Index(2));

        // The entries themselves do prove it.
        cluster.Deliver(append with { Entries = cluster[1].Disk.Durable.After(Index(2)).ToArray() });
        Assert.Equal(Index(5), cluster[2].Status.Commit);
        Assert.All(new[] { 3, 4, 5 }, index => Assert.Equal(new Term(2), cluster[2].Disk.Durable.TermAt(Index(index))));
    }

    [Fact]
    public void L03_not_even_past_a_part_of_the_entries()
    {
        var cluster = WithOldLeader();
        cluster.Deliver(new AppendRequest(
            TestCluster.IdOf(1), TestCluster.IdOf(2), cluster[1].Status.Term, At(2, 1),
            cluster[1].Disk.Durable.After(Index(2)).Take(1).ToArray(), Index(5), 0));
        Assert.Equal(Index(3), cluster[2].Status.Commit);
    }

    [Fact]
    public void L04_an_answer_proves_only_what_was_asked()
    {
        var cluster = WithOldLeader();
        cluster.Deliver(new AppendRequest(
            TestCluster.IdOf(1), TestCluster.IdOf(2), cluster[1].Status.Term, At(2, 1), default, Index(2), 0));

        // n2 holds six entries, of which this proved two.
        Assert.Equal(Index(2), cluster.OnTheWay<AppendAccepted>(2, 1).Single().Matched);
        cluster.DeliverRound(MessageFilter.Of<AppendAccepted>(2, 1));
        Assert.Equal(Index(2), cluster.ViewOf(1, 2).Matched);
    }

    [Fact]
    public void L04_a_heartbeat_tells_no_commit_index_beyond_what_the_follower_is_known_to_hold()
    {
        var cluster = WithOldLeader();
        for (var tick = 0; tick < 3; tick++)
        {
            cluster.Tick(1);
        }

        var heartbeats = cluster.OnTheWay<Heartbeat>(1, 2);
        Assert.NotEmpty(heartbeats);
        Assert.All(heartbeats, heartbeat => Assert.True(heartbeat.Commit <= cluster.ViewOf(1, 2).Matched));

        // To n3, which holds everything, it tells everything.
        Assert.Equal(Index(5), cluster.OnTheWay<Heartbeat>(1, 3)[^1].Commit);
    }

    [Fact]
    public void L04_a_heartbeat_reply_proves_nothing_about_the_log()
    {
        var cluster = WithOldLeader();
        var before = cluster.ViewOf(1, 2).Matched;
        cluster.Deliver(new HeartbeatReply(TestCluster.IdOf(2), TestCluster.IdOf(1), cluster[1].Status.Term, 0));
        Assert.Equal(before, cluster.ViewOf(1, 2).Matched);
    }

    /// <summary>n2 has i3 to i6 of term 1, from when it led; n1 leads term 2 with i3 to i5, all committed; the two have not spoken yet.</summary>
    private static TestCluster WithOldLeader()
    {
        var cluster = new TestCluster();
        var configuration = TestCluster.ConfigurationOf([1, 2, 3]);
        cluster.Add(1, configuration, 1, Log(1, 1));
        cluster.Add(2, configuration, 1, Log(1, 1, 1, 1, 1, 1), vote: 2);
        cluster.Add(3, configuration, 1, Log(1, 1));
        cluster.Isolate(2);
        cluster.Elect(1);
        cluster.ProposeAll(1, "x=1", "x=2");
        cluster.Run(2);
        Assert.Equal(Index(5), cluster[1].Status.Commit);
        cluster.Network.TakeAll(MessageFilter.Any);
        cluster.Heal();
        return cluster;
    }
}
