using Lutra.Raft.Tests.Harness;
using static Lutra.Raft.Tests.Harness.Steps;

namespace Lutra.Raft.Tests.Pitfalls.Membership;

public sealed class JointTests
{
    [Fact]
    public void M03_a_joint_entry_needs_both_majorities()
    {
        // n1 alone adds two voters that nobody can reach: the old half is n1 itself.
        var cluster = TestCluster.Of(1, learners: 2);
        cluster.RunUntilLeader(3);
        cluster.Run(2);
        cluster.Isolate(1);
        cluster.ProposeMembers(1, TestCluster.MembersOf([1, 2, 3]));
        var joint = cluster[1].Status.ConfigurationIndex;
        cluster.Run(5);
        Assert.True(cluster[1].Status.Commit < joint);

        cluster.Heal();
        cluster.RunUntil(() => cluster.Leader is { Status.Configuration.IsJoint: false } leader
            && leader.Status.Commit == leader.Status.Last.Index, 10);
    }

    [Fact]
    public void M03_nor_is_the_new_majority_enough()
    {
        // n1 removes the two others, whom nobody can reach: the new half is n1 itself.
        var cluster = TestCluster.Of(3);
        cluster.Elect(1);
        cluster.Run(2);
        cluster.Isolate(1);
        Assert.Equal(ProposeOutcome.Appended, cluster.ProposeMembers(1, TestCluster.MembersOf([1])).Outcome);
        cluster.Run(5);
        Assert.True(cluster[1].Status.Commit < cluster[1].Status.ConfigurationIndex);
        Assert.True(cluster[1].Status.Configuration.IsJoint);
    }

    [Fact]
    public void M03_a_vote_needs_both_majorities()
    {
        // From {n1 n2 n3} to {n3 n4 n5}: n3 hears the new half only, then the old half only.
        var cluster = InJoint();
        cluster.Kill(1);
        cluster.Part([3, 4, 5], [2]);
        cluster.Run(10 * cluster.Options.ElectionTicks);
        Assert.Null(cluster.Leader);

        cluster.Heal();
        cluster.Part([3, 2], [4, 5]);
        cluster.Run(10 * cluster.Options.ElectionTicks);
        Assert.Null(cluster.Leader);

        cluster.Heal();
        cluster.RunUntilLeader(20);
    }

    [Fact]
    public void M04_a_joint_phase_ends_only_after_it_is_committed()
    {
        // n1 appends the joint entry and loses power before anybody has it; it restarts, and leads.
        var cluster = TestCluster.Of(3, learners: 2);
        cluster.Elect(1);
        cluster.Run(2);
        cluster.ProposeMembers(1, TestCluster.MembersOf([1, 4, 5]));
        cluster.Network.TakeAll(MessageFilter.Any);
        cluster.CutPower(1);
        cluster.Restart(1);
        cluster.Cut(4, 1);
        cluster.Cut(5, 1);
        Assert.True(cluster[1].Status.Configuration.IsJoint);
        Assert.ThrowsAny<Exception>(() => cluster.Elect(1));

        // Only with the new half can it lead, and only after both halves hold the joint entry does it end it.
        cluster.Heal();
        cluster.Network.Hold(MessageFilter.Of<AppendAccepted>(from: 4));
        cluster.Network.Hold(MessageFilter.Of<AppendAccepted>(from: 5));
        cluster.LosePatience(2, 3, 4, 5);
        cluster.Campaign(1);
        cluster.Settle();
        cluster.Run(3);
        Assert.Equal(RoleName.Leader, cluster[1].Status.Role);
        Assert.True(cluster[1].Status.Configuration.IsJoint);
        Assert.Single(cluster[1].Disk.Written.Entries, entry => entry.Kind == EntryKind.Configuration);

        cluster.Network.Release();
        cluster.Run(3);
        Assert.Equal("{n1 n4 n5}", TraceText.Describe(cluster[1].Status.Configuration));
        Assert.True(cluster[1].Status.Commit >= cluster[1].Status.ConfigurationIndex);
    }

    [Fact]
    public void M04_the_commit_of_an_earlier_entry_does_not_end_it()
    {
        // x=1 and the joint entry are on their way; all acknowledge x=1, and nobody the joint entry yet.
        var cluster = TestCluster.Of(3, learners: 1);
        cluster.Elect(1);
        cluster.Run(2);
        cluster.ProposeAll(1, "x=1");
        cluster.ProposeMembers(1, TestCluster.MembersOf([1, 2, 3, 4]));
        var joint = cluster[1].Status.ConfigurationIndex;
        cluster.SettleWhere(message => message is AppendAccepted
            || (message is AppendRequest { Entries.Length: > 0 } append && append.Entries.Span[0].Index < joint));
        Assert.Equal(joint.Previous, cluster[1].Status.Commit);
        Assert.True(cluster[1].Status.Configuration.IsJoint);
        Assert.Equal(joint, cluster[1].Status.Last.Index);
    }

    [Fact]
    public void M04_a_new_leader_ends_the_joint_phase_that_it_inherits()
    {
        var cluster = InJoint();
        cluster.Kill(1);
        cluster.RunUntilLeader(20);
        cluster.RunUntil(() => cluster.Leader is { Status.Configuration.IsJoint: false }, 20);
        Assert.Equal("{n3 n4 n5}", TraceText.Describe(cluster.Leader!.Status.Configuration));
    }

    /// <summary>n1 leads {n3 n4 n5 from n1 n2 n3}; all hold the joint entry, and nobody has confirmed it.</summary>
    private static TestCluster InJoint()
    {
        var cluster = TestCluster.Of(3, learners: 2);
        cluster.Elect(1);
        cluster.Run(2);
        cluster.ProposeMembers(1, TestCluster.MembersOf([3, 4, 5]));
        cluster.DeliverRound(MessageFilter.Of<AppendRequest>(1));
        cluster.Network.TakeAll(MessageFilter.Any);
        Assert.All(cluster.Nodes, node => Assert.True(node.Status.Configuration.IsJoint));
        return cluster;
    }
}
