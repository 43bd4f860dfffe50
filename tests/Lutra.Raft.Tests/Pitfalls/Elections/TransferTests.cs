using Lutra.Raft.Tests.Harness;
using static Lutra.Raft.Tests.Harness.Steps;

namespace Lutra.Raft.Tests.Pitfalls.Elections;

public sealed class TransferTests
{
    [Fact]
    public void E16_leadership_goes_to_the_target_without_waiting_for_a_timeout()
    {
        var cluster = Led();
        Assert.True(Transfer(cluster, 1, 2));
        cluster.Settle();
        Assert.Equal((RoleName.Leader, new Term(2)), (cluster[2].Status.Role, cluster[2].Status.Term));
        Assert.Equal(RoleName.Follower, cluster[1].Status.Role);
    }

    [Fact]
    public void E16_the_target_must_have_everything_on_its_disk_first()
    {
        var cluster = Led();
        cluster[2].IsDiskStalled = true;
        cluster.ProposeAll(1, "x=1");
        cluster.Settle();
        Assert.True(Transfer(cluster, 1, 2));
        cluster.Settle();
        Assert.Equal(RoleName.Leader, cluster[1].Status.Role);
        Assert.Equal(RoleName.Follower, cluster[2].Status.Role);

        while (cluster[2].Persist())
        {
        }

        cluster[2].IsDiskStalled = false;
        cluster.Settle();
        Assert.Equal(RoleName.Leader, cluster[2].Status.Role);
    }

    [Fact]
    public void E16_a_transfer_that_fails_gives_the_writes_back_within_two_timeouts()
    {
        var cluster = Led();
        cluster.Network.Hold(MessageFilter.Of<TimeoutNow>());
        Assert.True(Transfer(cluster, 1, 2));
        Assert.True(cluster[1].Status.IsTransferring);
        Assert.Equal(ProposeOutcome.Transferring, cluster.Propose(1, "x=1").Outcome);

        cluster.RunUntil(() => !cluster[1].Status.IsTransferring, 2);
        cluster.ProposeAll(1, "x=1");
        cluster.Run(2);
        Assert.Equal(["x=1"], cluster.Applied(1));
    }

    [Fact]
    public void E16_nobody_proposes_through_a_transfer_not_even_members()
    {
        var cluster = Led();
        cluster.Network.Hold(MessageFilter.Of<TimeoutNow>());
        Assert.True(Transfer(cluster, 1, 2));
        Assert.Equal(ProposeOutcome.Transferring, cluster.ProposeMembers(1, TestCluster.MembersOf([1, 2])).Outcome);
    }

    [Fact]
    public void E16_what_cannot_lead_is_no_target()
    {
        var cluster = TestCluster.Of(3, learners: 1);
        cluster.Elect(1);
        Assert.False(Transfer(cluster, 1, 4));
        Assert.False(Transfer(cluster, 1, 1));
        Assert.False(Transfer(cluster, 1, 9));
        Assert.False(Transfer(cluster, 2, 3));

        cluster.Network.Hold(MessageFilter.Of<TimeoutNow>());
        Assert.True(Transfer(cluster, 1, 2));
        Assert.False(Transfer(cluster, 1, 3));
    }

    [Fact]
    public void E16_a_removed_node_is_no_target()
    {
        var cluster = Led();
        cluster.ProposeMembers(1, TestCluster.MembersOf([1, 2]));
        cluster.Run(3);
        Assert.False(Transfer(cluster, 1, 3));
    }

    [Fact]
    public void E16_without_a_target_the_most_advanced_voter_takes_over()
    {
        var cluster = Led();
        cluster.Isolate(2);
        cluster.ProposeAll(1, "x=1");
        cluster.Settle();
        Assert.True(cluster[1].Ask(node => node.TransferLeadership(null)));
        cluster.Settle();
        Assert.Equal(RoleName.Leader, cluster[3].Status.Role);
    }

    [Fact]
    public void E17_a_late_call_to_campaign_is_dead()
    {
        var cluster = Led();
        cluster.Network.Hold(MessageFilter.Of<TimeoutNow>());
        Assert.True(Transfer(cluster, 1, 2));
        cluster.RunUntil(() => !cluster[1].Status.IsTransferring, 2);
        cluster.ProposeAll(1, "x=1");
        cluster.Settle();

        // The call names the last index of then.
        cluster.Network.Release();
        cluster.Settle();
        Assert.Equal((RoleName.Leader, new Term(1)), (cluster[1].Status.Role, cluster[1].Status.Term));
        Assert.Equal((RoleName.Follower, new Term(1)), (cluster[2].Status.Role, cluster[2].Status.Term));
    }

    [Fact]
    public void E17_so_is_a_call_of_an_earlier_term()
    {
        var cluster = Led();
        cluster.Elect(3);
        var last = cluster[2].Status.Last.Index;
        cluster.Deliver(new TimeoutNow(TestCluster.IdOf(1), TestCluster.IdOf(2), new Term(1), last));
        Assert.Equal((RoleName.Follower, new Term(2)), (cluster[2].Status.Role, cluster[2].Status.Term));

        // The same from the leader of this term is obeyed.
        cluster.Deliver(new TimeoutNow(TestCluster.IdOf(3), TestCluster.IdOf(2), new Term(2), last));
        Assert.Equal(new Term(3), cluster[2].Status.Term);
    }

    private static TestCluster Led()
    {
        var cluster = TestCluster.Of(3);
        cluster.Elect(1);
        cluster.Run(2);
        return cluster;
    }

    private static bool Transfer(TestCluster cluster, int from, int to) =>
        cluster[from].Ask(node => node.TransferLeadership(TestCluster.IdOf(to)));
}
