using Lutra.Raft.Tests.Harness;
using static Lutra.Raft.Tests.Harness.Steps;

namespace Lutra.Raft.Tests.Pitfalls.Elections;

public sealed class VotingTests
{
    private static readonly Term Second = new(2);

    [Fact]
    public void E04_a_seen_term_is_not_a_vote_and_a_repeated_request_is_granted_again()
    {
        var cluster = new TestCluster();
        var configuration = TestCluster.ConfigurationOf([1, 2, 3]);
        cluster.Add(1, configuration, 1, Log(1));
        cluster.Add(2, configuration, 1, []);
        cluster.Add(3, configuration, 1, Log(1));

        // n2's log is too old for n1's vote, but its term is news.
        cluster.Deliver(new VoteRequest(TestCluster.IdOf(2), TestCluster.IdOf(1), Second, LogPosition.Zero, Transfer: false));
        Assert.False(cluster.OnTheWay<VoteReply>(1, 2).Single().Granted);
        Assert.Equal((Second, null), (cluster[1].Status.Term, cluster[1].Status.Vote));

        // So the vote of term 2 is still there for n3, and again when the first answer was lost.
        for (var attempt = 0; attempt < 2; attempt++)
        {
            cluster.Network.TakeAll(MessageFilter.Any);
            cluster.Deliver(new VoteRequest(TestCluster.IdOf(3), TestCluster.IdOf(1), Second, At(1, 1), Transfer: false));
            Assert.True(cluster.OnTheWay<VoteReply>(1, 3).Single().Granted);
        }

        // And for nobody else.
        cluster.Deliver(new VoteRequest(TestCluster.IdOf(2), TestCluster.IdOf(1), Second, At(1, 1), Transfer: false));
        Assert.False(cluster.OnTheWay<VoteReply>(1, 2).Single().Granted);
    }

    [Fact]
    public void E04_a_higher_term_clears_the_vote()
    {
        // n1 gave its vote of term 1 to n3; in term 2 it is free again, for the same log from anybody.
        var cluster = TestCluster.Of(3);
        cluster.Deliver(new VoteRequest(TestCluster.IdOf(3), TestCluster.IdOf(1), new Term(1), LogPosition.Zero, Transfer: false));
        Assert.Equal(TestCluster.IdOf(3), cluster[1].Status.Vote);
        cluster.Deliver(new VoteRequest(TestCluster.IdOf(2), TestCluster.IdOf(1), Second, LogPosition.Zero, Transfer: false));
        Assert.True(cluster.OnTheWay<VoteReply>(1, 2).Single().Granted);
        Assert.Equal(new HardState(Second, TestCluster.IdOf(2)), cluster[1].Disk.HardState);
    }

    [Fact]
    public void E05_a_late_pre_vote_is_not_a_vote()
    {
        var cluster = TestCluster.Of(3);
        cluster.Campaign(1);
        cluster.DeliverRound();
        var late = cluster.OnTheWay<PreVoteReply>(2, 1).Single();
        cluster.Network.Remove(late);
        cluster.Deliver(cluster.OnTheWay<PreVoteReply>(3, 1).Single());

        Assert.Equal(RoleName.Candidate, cluster[1].Status.Role);
        cluster.Deliver(late);
        cluster.Deliver(late);
        Assert.Equal(RoleName.Candidate, cluster[1].Status.Role);
    }

    [Fact]
    public void E05_a_voter_counts_once()
    {
        var cluster = TestCluster.Of(5);
        cluster.Stand(1);
        var yes = new VoteReply(TestCluster.IdOf(2), TestCluster.IdOf(1), new Term(1), Granted: true);
        cluster.Deliver(yes);
        cluster.Deliver(yes);
        cluster.Deliver(yes);
        Assert.Equal(RoleName.Candidate, cluster[1].Status.Role);

        // Three real voters of five do.
        cluster.DeliverRound(MessageFilter.Of<VoteRequest>(1, 2));
        cluster.DeliverRound(MessageFilter.Of<VoteRequest>(1, 3));
        cluster.DeliverRound(MessageFilter.Of<VoteReply>(to: 1));
        Assert.Equal(RoleName.Leader, cluster[1].Status.Role);
    }

    [Fact]
    public void E05_learners_and_strangers_do_not_count()
    {
        var cluster = TestCluster.Of(3, learners: 2);
        cluster.Stand(1);
        foreach (var stranger in new[] { 4, 5, 6, 7 })
        {
            cluster.Deliver(new VoteReply(TestCluster.IdOf(stranger), TestCluster.IdOf(1), new Term(1), Granted: true));
        }

        Assert.Equal(RoleName.Candidate, cluster[1].Status.Role);
    }

    [Fact]
    public void E05_a_vote_of_an_earlier_term_does_not_count()
    {
        var cluster = TestCluster.Of(3);
        cluster.Stand(1);
        cluster.Network.TakeAll(MessageFilter.Any);
        cluster.Stand(1);
        Assert.Equal((RoleName.Candidate, Second), (cluster[1].Status.Role, cluster[1].Status.Term));

        cluster.Deliver(new VoteReply(TestCluster.IdOf(2), TestCluster.IdOf(1), new Term(1), Granted: true));
        Assert.Equal(RoleName.Candidate, cluster[1].Status.Role);
    }
}
