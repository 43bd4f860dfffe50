using Lutra.Raft.Tests.Harness;
using static Lutra.Raft.Tests.Harness.Steps;

namespace Lutra.Raft.Tests.Pitfalls.Elections;

public sealed class CheckQuorumTests
{
    [Fact]
    public void E11_a_leader_that_hears_nobody_steps_down()
    {
        var cluster = TestCluster.Of(5);
        cluster.Elect(1);
        foreach (var follower in new[] { 2, 3, 4, 5 })
        {
            cluster.Cut(follower, 1);
        }

        // It can still send, so the others stay quiet until it gives up.
        cluster.RunUntil(() => cluster[1].Status.Role != RoleName.Leader, 2);
        var next = cluster.RunUntilLeader(10, 2, 3, 4, 5);
        cluster.ProposeAll(next.Number, "x=1");
        cluster.Run(3);
        Assert.Equal(["x=1"], cluster.Applied(next.Number));
    }

    [Fact]
    public void E11_learners_keep_no_leader_in_office()
    {
        var cluster = TestCluster.Of(3, learners: 3);
        cluster.Elect(1);
        cluster.Run(2);
        cluster.Kill(2);
        cluster.Kill(3);
        cluster.RunUntil(() => cluster[1].Status.Role != RoleName.Leader, 2);
    }

    [Fact]
    public void E11_a_joint_leader_needs_both_halves()
    {
        // From {n1 n2 n3} to {n1 n4 n5}; of the new half only n1 remains.
        var cluster = TestCluster.Of(3, learners: 2);
        cluster.Elect(1);
        cluster.Run(2);
        cluster.Kill(4);
        cluster.Kill(5);
        cluster.ProposeMembers(1, TestCluster.MembersOf([1, 4, 5]));
        cluster.RunUntil(() => cluster[1].Status.Role != RoleName.Leader, 3);
        Assert.True(cluster[1].Status.Configuration.IsJoint);
    }

    [Fact]
    public void E11_a_leader_with_a_quorum_stays()
    {
        var cluster = TestCluster.Of(5);
        cluster.Elect(1);
        cluster.Kill(4);
        cluster.Kill(5);
        cluster.Run(20 * cluster.Options.ElectionTicks);
        Assert.Equal((RoleName.Leader, new Term(1)), (cluster[1].Status.Role, cluster[1].Status.Term));
    }

    [Fact]
    public void E11_its_waiting_reads_are_refused_when_it_steps_down()
    {
        var cluster = TestCluster.Of(3);
        cluster.Elect(1);
        cluster.Isolate(1);
        var read = cluster.Read(1);
        cluster.RunUntil(() => cluster[1].Status.Role != RoleName.Leader, 2);
        Assert.Null(cluster[1].Reads[read]);
    }
}
