using Lutra.Raft.Tests.Harness;
using static Lutra.Raft.Tests.Harness.Steps;

namespace Lutra.Raft.Tests.Pitfalls.Elections;

public sealed class StickinessTests
{
    [Fact]
    public void E09_who_hears_a_leader_ignores_other_candidates_and_their_terms()
    {
        var cluster = TestCluster.Of(3);
        cluster.Elect(1);
        cluster.Run(3);

        // Neither the follower nor the leader itself is moved, whatever the log of the candidate.
        foreach (var voter in new[] { 1, 2 })
        {
            cluster.Deliver(new PreVoteRequest(TestCluster.IdOf(3), TestCluster.IdOf(voter), new Term(2), At(99, 1)));
            cluster.Deliver(new VoteRequest(TestCluster.IdOf(3), TestCluster.IdOf(voter), new Term(50), At(99, 1), Transfer: false));
            Assert.Equal(new Term(1), cluster[voter].Status.Term);
        }

        Assert.DoesNotContain(cluster.OnTheWay<PreVoteReply>(to: 3), reply => reply.Granted);
        Assert.DoesNotContain(cluster.OnTheWay<VoteReply>(to: 3), reply => reply.Granted);

        // A vote that the leader itself asked for is another matter.
        cluster.Deliver(new VoteRequest(TestCluster.IdOf(3), TestCluster.IdOf(2), new Term(50), At(99, 1), Transfer: true));
        Assert.True(cluster.OnTheWay<VoteReply>(2, 3).Single(reply => reply.Term == new Term(50)).Granted);
    }

    [Fact]
    public void E09_a_removed_node_that_never_learns_it_deposes_nobody()
    {
        var cluster = TestCluster.Of(3);
        cluster.Elect(1);
        cluster.Isolate(3);
        cluster.ProposeMembers(1, TestCluster.MembersOf([1, 2]));
        cluster.Run(3);
        Assert.Equal("{n1 n2}", TraceText.Describe(cluster[1].Status.Configuration));

        cluster.Heal();
        for (var ticks = 0; ticks < 1000 * cluster.Options.ElectionTicks; ticks++)
        {
            cluster.Run(1);
            Assert.Equal((RoleName.Leader, new Term(1)), (cluster[1].Status.Role, cluster[1].Status.Term));
        }

        Assert.Equal("{n1 n2 n3}", TraceText.Describe(cluster[3].Status.Configuration));
    }

    [Fact]
    public void E09_the_wait_is_over_when_the_leaders_process_is_known_to_be_gone()
    {
        var cluster = TestCluster.Of(3);
        cluster.Elect(1);
        cluster.Run(3);
        cluster.Kill(1);

        foreach (var survivor in new[] { 2, 3 })
        {
            cluster[survivor].Feed(node => node.PeerDied(TestCluster.IdOf(1)));
        }

        // No election timeout has to pass: the next ticks elect.
        cluster.Run(2);
        Assert.Contains(new[] { 2, 3 }, number => cluster[number].Status.Role == RoleName.Leader);
    }

    [Fact]
    public void E10_heartbeats_of_a_deposed_leader_quiet_nobody()
    {
        var cluster = new TestCluster();
        var configuration = TestCluster.ConfigurationOf([1, 2, 3]);
        cluster.Add(3, configuration, 2, Log(1));
        var ticks = 0;
        while (cluster[3].Status.Role == RoleName.Follower && ticks <= 2 * cluster.Options.ElectionTicks)
        {
            cluster.Tick(3);
            ticks++;
            cluster.Deliver(new Heartbeat(TestCluster.IdOf(1), TestCluster.IdOf(3), new Term(1), LogIndex.Zero, 0));
            cluster.Deliver(new AppendRequest(
                TestCluster.IdOf(1), TestCluster.IdOf(3), new Term(1), At(1, 1), default, LogIndex.Zero, 0));
        }

        Assert.Equal(RoleName.PreCandidate, cluster[3].Status.Role);
        Assert.InRange(ticks, cluster.Options.ElectionTicks, 2 * cluster.Options.ElectionTicks);
    }

    [Fact]
    public void E10_denied_candidates_quiet_nobody()
    {
        // A candidate with an old log asks in ever higher terms, more often than the election timeout.
        var cluster = new TestCluster();
        cluster.Add(3, TestCluster.ConfigurationOf([1, 2, 3]), 2, Log(2, 2));
        for (var ticks = 0; ticks < 2 * cluster.Options.ElectionTicks && cluster.OnTheWay<PreVoteRequest>(3).Count == 0; ticks++)
        {
            cluster.Tick(3);
            cluster.Deliver(new VoteRequest(
                TestCluster.IdOf(1), TestCluster.IdOf(3), new Term((ulong)ticks + 3), At(1, 1), Transfer: false));
        }

        Assert.DoesNotContain(cluster.OnTheWay<VoteReply>(3), reply => reply.Granted);
        Assert.NotEmpty(cluster.OnTheWay<PreVoteRequest>(3));
    }

    [Fact]
    public void E10_a_granted_vote_gives_the_candidate_its_time()
    {
        // A voter one tick before its own campaign grants a vote: it then waits a whole timeout.
        var (timid, cluster) = (TestCluster.Of(3), TestCluster.Of(3));
        var ticks = 0;
        for (; timid[2].Status.Role == RoleName.Follower; ticks++)
        {
            timid.Tick(2);
        }

        for (; ticks > 1; ticks--)
        {
            cluster.Tick(2);
        }

        cluster.Deliver(new VoteRequest(TestCluster.IdOf(1), TestCluster.IdOf(2), new Term(1), LogPosition.Zero, Transfer: false));
        for (; ticks < cluster.Options.ElectionTicks; ticks++)
        {
            cluster.Tick(2);
            Assert.Equal(RoleName.Follower, cluster[2].Status.Role);
        }
    }
}
