using Lutra.Raft.Tests.Harness;
using static Lutra.Raft.Tests.Harness.Steps;

namespace Lutra.Raft.Tests.Pitfalls.Elections;

public sealed class DurableVoteTests
{
    private static readonly Term First = new(1);

    [Theory]
    [InlineData("received")]
    [InlineData("durable")]
    [InlineData("core told")]
    [InlineData("reply delivered")]
    public void E01_term_and_vote_are_durable_before_the_reply(string cutAfter)
    {
        // Given a voter whose disk is slow
        var cluster = TestCluster.Of(3);
        var voter = cluster[2];
        voter.IsDiskStalled = true;

        // When n1 asks for its vote, and the power goes at one of the points in between
        cluster.Stand(1);
        cluster.DeliverRound(MessageFilter.Of<VoteRequest>(1, 2));
        Assert.Empty(cluster.OnTheWay<VoteReply>(2, 1));
        if (cutAfter != "received")
        {
            voter.Persist(tellCore: cutAfter != "durable");
        }

        if (cutAfter == "reply delivered")
        {
            cluster.DeliverRound(MessageFilter.Of<VoteReply>(2, 1));
            Assert.Equal(RoleName.Leader, cluster[1].Status.Role);
        }

        cluster.CutPower(2);
        voter.IsDiskStalled = false;
        cluster.Restart(2);

        // Then its vote in the same term can go to n3 only if it never went to n1 (the safety checks watch the replies, too)
        cluster.Deliver(new VoteRequest(TestCluster.IdOf(3), TestCluster.IdOf(2), First, LogPosition.Zero, Transfer: false));
        var granted = cluster.OnTheWay<VoteReply>(2, 3).Single().Granted;
        Assert.Equal(cutAfter == "received", granted);
    }

    [Fact]
    public void E02_the_own_vote_counts_only_once_durable()
    {
        var cluster = TestCluster.Of(3);
        cluster[1].IsDiskStalled = true;
        cluster.Stand(1);

        // The others' yes arrives first, while the candidate's own vote is still on its way to its disk.
        cluster.Deliver(new VoteReply(TestCluster.IdOf(2), TestCluster.IdOf(1), First, Granted: true));
        Assert.NotEqual(RoleName.Leader, cluster[1].Status.Role);

        // Then the term moves on, and the write of the old vote completes too late.
        cluster.Deliver(new VoteRequest(TestCluster.IdOf(3), TestCluster.IdOf(1), new Term(2), LogPosition.Zero, Transfer: true));
        cluster[1].Persist();
        Assert.Equal(new Term(2), cluster[1].Status.Term);
        Assert.Equal(RoleName.Follower, cluster[1].Status.Role);
        Assert.Empty(cluster.OnTheWay<VoteReply>(1, 3));
        cluster[1].Persist();
        Assert.True(cluster.OnTheWay<VoteReply>(1, 3).Single().Granted);
    }

    [Fact]
    public void E02_the_others_votes_alone_make_no_leader()
    {
        // Three of five say yes, without the candidate's own vote: it could forget this term and lead it twice.
        var cluster = TestCluster.Of(5);
        cluster[1].IsDiskStalled = true;
        cluster.Stand(1);
        foreach (var voter in new[] { 2, 3, 4 })
        {
            cluster.Deliver(new VoteRequest(TestCluster.IdOf(1), TestCluster.IdOf(voter), First, LogPosition.Zero, Transfer: false));
        }

        cluster.Settle();

        Assert.NotEqual(RoleName.Leader, cluster[1].Status.Role);
        cluster[1].Persist();
        Assert.Equal(RoleName.Leader, cluster[1].Status.Role);
    }

    [Fact]
    public void E02_the_leaders_own_entry_counts_only_once_durable()
    {
        var cluster = TestCluster.Of(3);
        cluster.Elect(1);
        cluster.Isolate(3);
        cluster[1].IsDiskStalled = true;

        // n2 has it on disk, n1 does not yet: one of three.
        cluster.ProposeAll(1, "x=1");
        cluster.Settle();
        Assert.Equal(Index(1), cluster[1].Status.Commit);
        Assert.Equal(Index(2), cluster[2].Disk.Durable.Last.Index);

        cluster[1].Persist();
        Assert.Equal(Index(2), cluster[1].Status.Commit);
    }
}
