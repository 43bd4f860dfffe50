using Lutra.Raft.Tests.Harness;
using static Lutra.Raft.Tests.Harness.Steps;

namespace Lutra.Raft.Tests.Pitfalls.Elections;

public sealed class PreVoteTests
{
    [Fact]
    public void E06_a_pre_vote_changes_nothing_on_the_voter()
    {
        // Two equal voters; one of them is asked for a pre-vote on every tick and grants it.
        var (asked, quiet) = (TestCluster.Of(3), TestCluster.Of(3));
        var ticks = 0;
        while (asked[2].Status.Role == RoleName.Follower)
        {
            asked.Tick(2);
            quiet.Tick(2);
            if (asked[2].Status.Role == RoleName.Follower)
            {
                asked.Deliver(new PreVoteRequest(TestCluster.IdOf(1), TestCluster.IdOf(2), new Term(8), At(5, 5)));
            }

            Assert.Equal(quiet[2].Status.Role, asked[2].Status.Role);
            Assert.Equal((Term.Zero, null), (asked[2].Status.Term, asked[2].Status.Vote));
            Assert.Equal(new HardState(Term.Zero, null), asked[2].Disk.HardState);
            ticks++;
        }

        var replies = asked.OnTheWay<PreVoteReply>(2, 1);
        Assert.Equal(ticks - 1, replies.Count);
        Assert.All(replies, reply => Assert.Equal((true, new Term(8)), (reply.Granted, reply.Term)));
    }

    [Fact]
    public void E06_a_refusal_carries_the_voters_own_higher_term()
    {
        var cluster = new TestCluster();
        var configuration = TestCluster.ConfigurationOf([1, 2, 3]);
        cluster.Add(1, configuration, 1, Log(1));
        cluster.Add(2, configuration, 5, Log(1, 5));

        cluster.Deliver(new PreVoteRequest(TestCluster.IdOf(1), TestCluster.IdOf(2), new Term(2), At(1, 1)));
        var refusal = cluster.OnTheWay<PreVoteReply>(2, 1).Single();
        Assert.Equal((false, new Term(5)), (refusal.Granted, refusal.Term));

        // From which the candidate learns its place in time.
        cluster.Campaign(1);
        cluster.Deliver(refusal);
        Assert.Equal((RoleName.Follower, new Term(5)), (cluster[1].Status.Role, cluster[1].Status.Term));
    }

    [Fact]
    public void E06_a_refusal_for_an_old_log_moves_no_term_either()
    {
        // n1's log is behind: its request names term 2, which begins nowhere by being refused.
        var cluster = new TestCluster();
        var configuration = TestCluster.ConfigurationOf([1, 2, 3]);
        cluster.Add(1, configuration, 1, Log(1));
        cluster.Add(2, configuration, 1, Log(1, 1));
        cluster.Add(3, configuration, 1, Log(1, 1));
        cluster.Campaign(1);
        cluster.DeliverRound();
        Assert.All(cluster.OnTheWay<PreVoteReply>(to: 1), reply => Assert.Equal((false, new Term(1)), (reply.Granted, reply.Term)));
        cluster.Settle();
        Assert.All(cluster.Nodes, node => Assert.Equal(new Term(1), node.Status.Term));
    }

    [Fact]
    public void E06_a_node_that_slept_through_terms_helps_to_elect()
    {
        var cluster = TestCluster.Of(3);
        cluster.Elect(1);
        cluster.Isolate(3);
        for (var term = 0; term < 4; term++)
        {
            cluster.Elect(2 - (term % 2));
            cluster.ProposeAll(cluster.Leader!.Number, $"in term {term}");
            cluster.Settle();
        }

        // n3 comes back in the same tick in which the leader dies.
        var (last, other) = (cluster.Leader!.Number, 3 - cluster.Leader.Number);
        cluster.Heal();
        cluster.Kill(last);
        Assert.Equal(other, cluster.RunUntilLeader(10).Number);
    }

    [Fact]
    public void E07_a_longer_log_and_a_higher_term_do_not_lock_each_other_out()
    {
        // Half hold an uncommitted entry of term 3, the others are at term 7 without it.
        var cluster = new TestCluster();
        var configuration = TestCluster.ConfigurationOf([1, 2, 3, 4, 5, 6]);
        AddHalves(cluster, configuration, Log(1, 3), Log(1));
        cluster.RunUntilLeader(20);
    }

    [Fact]
    public void E07_nor_with_a_joint_configuration_under_way()
    {
        var cluster = new TestCluster();
        var configuration = TestCluster.ConfigurationOf([1, 2, 3, 4, 5, 6]);
        var members = new Configuration(
            [.. Enumerable.Range(1, 5).Select(number => TestCluster.MemberOf(number, MemberRole.Voter)),
                TestCluster.MemberOf(6, MemberRole.Leaving)],
            configuration.Voters);
        var joint = new Entry(Index(2), new Term(3), EntryKind.Configuration, members.Encode());
        AddHalves(cluster, configuration, [.. Log(1), joint], Log(1));
        cluster.RunUntilLeader(20);
        cluster.RunUntil(() => cluster.Leader is { Status.Configuration.IsJoint: false });
    }

    [Fact]
    public void E08_a_node_ahead_in_term_and_behind_in_log_is_freed()
    {
        var cluster = TestCluster.Of(3);
        cluster.Elect(1);
        cluster.CutPower(3);
        cluster.ProposeAll(1, "a", "b");
        cluster.Settle();

        // n3 comes back with a term that real votes brought it, as a node without pre-vote would.
        cluster[3].Disk.Submit(new HardStateWrite(new HardState(new Term(9), TestCluster.IdOf(3))));
        cluster[3].Disk.Complete();
        cluster.Restart(3);

        cluster.RunUntil(() => cluster.Leader is { } leader && leader.Status.Term >= new Term(9)
            && cluster[3].Status.Leader == leader.Id, 10);
        cluster.Run(5);
        Assert.Equal(["a", "b"], cluster.Applied(3));
    }

    [Fact]
    public void E13_no_term_grows_while_isolated()
    {
        var cluster = TestCluster.Of(3);
        cluster.Elect(1);
        cluster.Isolate(3);
        for (var ticks = 0; ticks < 1000 * cluster.Options.ElectionTicks; ticks++)
        {
            cluster.Tick(3);
            cluster.Settle();
        }

        Assert.Equal(new Term(1), cluster[3].Status.Term);
        cluster.Heal();
        cluster.Run(50);
        Assert.Equal((RoleName.Leader, new Term(1)), (cluster[1].Status.Role, cluster[1].Status.Term));
        Assert.Equal(TestCluster.IdOf(1), cluster[3].Status.Leader);
    }

    private static void AddHalves(TestCluster cluster, Configuration configuration, IReadOnlyList<Entry> longer, IReadOnlyList<Entry> shorter)
    {
        for (var number = 1; number <= 6; number++)
        {
            cluster.Add(number, configuration, number <= 3 ? 3 : 7, number <= 3 ? longer : shorter);
        }
    }
}
