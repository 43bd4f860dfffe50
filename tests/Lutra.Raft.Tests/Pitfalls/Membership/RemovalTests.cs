using Lutra.Raft.Tests.Harness;
using static Lutra.Raft.Tests.Harness.Steps;

namespace Lutra.Raft.Tests.Pitfalls.Membership;

public sealed class RemovalTests
{
    [Fact]
    public void M07_a_leader_that_removes_itself_hands_over()
    {
        var cluster = TestCluster.Of(3);
        cluster.Elect(1);
        cluster.Run(2);
        Assert.Equal(ProposeOutcome.Appended, cluster.ProposeMembers(1, TestCluster.MembersOf([2, 3])).Outcome);
        var next = cluster.RunUntilLeader(2, 2, 3);
        Assert.Equal("{n2 n3}", TraceText.Describe(next.Status.Configuration));
        Assert.NotEqual(RoleName.Leader, cluster[1].Status.Role);

        // From then on n1 is silent.
        cluster.Run(2);
        cluster.Network.TakeAll(MessageFilter.Any);
        for (var ticks = 0; ticks < 20 * cluster.Options.ElectionTicks; ticks++)
        {
            cluster.Tick(1);
        }

        Assert.DoesNotContain(cluster.Network.Pool, message => message is Heartbeat or AppendRequest or VoteRequest);
    }

    [Fact]
    public void M07_a_leader_on_its_way_out_does_not_count_itself()
    {
        // {n1 n2 n3} to {n2 n3}: n1 and n2 hold the final entry, which is one of two.
        var cluster = TestCluster.Of(3);
        cluster.Elect(1);
        cluster.Run(2);
        cluster.ProposeMembers(1, TestCluster.MembersOf([2, 3]));
        for (var rounds = 0; cluster[1].Status.Configuration.IsJoint && rounds < 20; rounds++)
        {
            cluster.DeliverRound();
        }

        Assert.Equal("{n2 n3}", TraceText.Describe(cluster[1].Status.Configuration));
        var final = cluster[1].Status.ConfigurationIndex;
        cluster.Cut(3, 1);
        cluster.Settle();
        Assert.True(cluster[1].Status.Commit < final);
        Assert.Equal(RoleName.Leader, cluster[1].Status.Role);
    }

    [Fact]
    public void M08_the_newest_log_may_campaign_although_its_newest_configuration_leaves_it_out()
    {
        // {n1 n2}: n1 appends its own removal alone, loses power, and comes back; n2 is behind.
        var cluster = TestCluster.Of(2);
        cluster.Elect(1);
        cluster.ProposeAll(1, "x=1");
        cluster.Run(2);
        cluster.Isolate(1);
        cluster.ProposeAll(1, "x=2");
        cluster.ProposeMembers(1, TestCluster.MembersOf([2]));
        cluster.CutPower(1);
        cluster.Restart(1);
        cluster.Heal();
        cluster.RunUntilLeader(20);
    }

    [Fact]
    public void M08_even_with_the_last_step_of_its_removal_on_its_own_disk_alone()
    {
        // {n1 n2} to {n2}: the joint entry is committed, the final one is on n1 only. n2 cannot win against n1's longer log.
        var cluster = TestCluster.Of(2);
        cluster.Elect(1);
        cluster.Run(2);
        cluster.ProposeMembers(1, TestCluster.MembersOf([2]));
        for (var rounds = 0; cluster[1].Status.Configuration.IsJoint && rounds < 20; rounds++)
        {
            cluster.DeliverRound();
        }

        Assert.Equal("{n2}", TraceText.Describe(cluster[1].Status.Configuration));
        cluster.CutPower(1);
        cluster.Network.TakeAll(MessageFilter.Any);
        cluster.Restart(1);
        Assert.True(cluster[2].Status.Configuration.IsJoint);
        cluster.RunUntil(() => cluster[2].Status is { Role: RoleName.Leader, CommittedInTerm: true }, 20);
        Assert.Equal("{n2}", TraceText.Describe(cluster[2].Status.Configuration));
    }

    [Fact]
    public void M08_also_from_one_to_another()
    {
        // {n1} to {n2}: n1 holds the joint entry alone and restarts.
        var cluster = TestCluster.Of(1, learners: 1);
        cluster.RunUntilLeader(3);
        cluster.Run(2);
        cluster.Isolate(1);
        cluster.ProposeMembers(1, TestCluster.MembersOf([2]));
        cluster.CutPower(1);
        cluster.Restart(1);
        cluster.Heal();
        cluster.RunUntil(() => cluster[2].Status is { Role: RoleName.Leader, CommittedInTerm: true }, 20);
        Assert.Equal("{n2}", TraceText.Describe(cluster[2].Status.Configuration));
    }

    [Fact]
    public void M09_a_learner_that_was_promoted_without_knowing_it_votes()
    {
        // n3's promotion is committed by n1 and n2; n3 has not seen it; n1 dies.
        var cluster = TestCluster.Of(2, learners: 1);
        cluster.Elect(1);
        cluster.Run(2);
        cluster.Isolate(3);
        cluster.ProposeMembers(1, TestCluster.MembersOf([1, 2, 3]));
        cluster.Run(3);
        Assert.Equal("{n1 n2 n3}", TraceText.Describe(cluster[2].Status.Configuration));
        Assert.Equal("{n1 n2 +n3}", TraceText.Describe(cluster[3].Status.Configuration));

        cluster.Kill(1);
        cluster.Heal();
        cluster.RunUntil(() => cluster[2].Status.Role == RoleName.Leader, 20);
    }

    [Fact]
    public void M09_a_learner_never_campaigns()
    {
        var cluster = TestCluster.Of(3, learners: 1);
        cluster.Elect(1);
        cluster.Run(2);
        foreach (var voter in new[] { 1, 2, 3 })
        {
            cluster.Kill(voter);
        }

        for (var ticks = 0; ticks < 20 * cluster.Options.ElectionTicks; ticks++)
        {
            cluster.Tick(4);
        }

        Assert.DoesNotContain(cluster.Network.Pool, message => message is PreVoteRequest or VoteRequest);
        Assert.Equal((RoleName.Learner, new Term(1)), (cluster[4].Status.Role, cluster[4].Status.Term));
    }

    [Fact]
    public void M11_a_machine_that_comes_back_under_a_new_id_and_its_old_self_harm_nobody()
    {
        // n3 is removed while it is cut off; the machine is added again as n4, and the old n3 still runs.
        var cluster = TestCluster.Of(3);
        cluster.Elect(1);
        cluster.Run(2);
        cluster.Isolate(3);
        cluster.ProposeMembers(1, TestCluster.MembersOf([1, 2]));
        cluster.Run(3);
        cluster.Add(4);
        cluster.ProposeMembers(1, TestCluster.MembersOf([1, 2], [4]));
        cluster.Run(3);
        Assert.Equal(ProposeOutcome.Appended, cluster.ProposeMembers(1, TestCluster.MembersOf([1, 2, 4])).Outcome);
        cluster.Run(3);

        cluster.Heal();
        cluster.ProposeAll(1, "x=1");
        cluster.Run(50 * cluster.Options.ElectionTicks);
        Assert.Equal((RoleName.Leader, new Term(1)), (cluster[1].Status.Role, cluster[1].Status.Term));
        Assert.Equal(["x=1"], cluster.Applied(4));
        Assert.Empty(cluster.Applied(3));

        // Even when it could tip the scales: its vote asked for by nobody, its requests refused.
        cluster.Kill(1);
        cluster.Run(50 * cluster.Options.ElectionTicks);
        Assert.Contains(cluster.Leader!.Number, new[] { 2, 4 });
    }
}
