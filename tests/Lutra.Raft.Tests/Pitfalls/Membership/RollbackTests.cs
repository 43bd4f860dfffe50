using Lutra.Raft.Tests.Harness;
using static Lutra.Raft.Tests.Harness.Steps;

namespace Lutra.Raft.Tests.Pitfalls.Membership;

public sealed class RollbackTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void M05_a_truncated_configuration_falls_back_to_the_one_before(bool restart)
    {
        // n2 leads alone, its state reaches right below the change that it appends, and its log starts there.
        var cluster = TestCluster.Of(3);
        cluster.Elect(2);
        cluster.ProposeAll(2, "x=1");
        cluster.Run(2);
        cluster[2].FlushState();
        cluster[2].CutLog(cluster[2].Disk.Applied);
        cluster.Isolate(2);
        cluster.ProposeMembers(2, TestCluster.MembersOf([1, 2, 3], [4]));
        Assert.Equal("{n1 n2 n3 +n4}", TraceText.Describe(cluster[2].Status.Configuration));

        // n1 puts data in its place.
        cluster.Elect(1);
        cluster.ProposeAll(1, "x=2");
        cluster.Run(2);
        cluster.Heal();
        cluster.Run(5);
        if (restart)
        {
            cluster.CutPower(2);
            cluster.Restart(2);
        }

        Assert.Equal("{n1 n2 n3}", TraceText.Describe(cluster[2].Status.Configuration));
        Assert.Equal(cluster[1].Status.Last, cluster[2].Status.Last);
    }

    [Fact]
    public void M05_a_configuration_is_in_force_as_soon_as_it_is_appended()
    {
        var cluster = TestCluster.Of(3);
        cluster.Elect(1);
        cluster.Run(2);
        cluster.ProposeMembers(1, TestCluster.MembersOf([1, 2, 3], [4]));
        Assert.Equal("{n1 n2 n3 +n4}", TraceText.Describe(cluster[1].Status.Configuration));
        cluster.DeliverRound(MessageFilter.Of<AppendRequest>(1, 2));
        Assert.Equal("{n1 n2 n3 +n4}", TraceText.Describe(cluster[2].Status.Configuration));
        Assert.True(cluster[2].Status.Commit < cluster[2].Status.ConfigurationIndex);
    }

    [Fact]
    public void M06_an_installed_state_brings_its_configuration()
    {
        // n2 leads alone and appends a change; meanwhile the others make it a learner, go on, and cut their logs.
        var cluster = TestCluster.Of(3);
        cluster.Elect(2);
        cluster.Run(2);
        cluster.Isolate(2);
        cluster.ProposeMembers(2, TestCluster.MembersOf([1, 2, 3], [4]));
        cluster.Elect(1);
        Assert.Equal(ProposeOutcome.Appended, cluster.ProposeMembers(1, TestCluster.MembersOf([1, 3], [2])).Outcome);
        cluster.Run(3);
        cluster.ProposeAll(1, "a", "b", "c");
        cluster.Run(2);
        foreach (var number in new[] { 1, 3 })
        {
            cluster[number].FlushState();
            cluster[number].CutLog(cluster[number].Disk.Applied);
        }

        cluster.Heal();
        cluster.RunUntil(() => cluster[2].State.Position == cluster[1].State.Position, 10);
        Assert.Equal("{n1 n3 +n2}", TraceText.Describe(cluster[2].Status.Configuration));
        Assert.Equal(RoleName.Learner, cluster[2].Status.Role);

        // And n2 campaigns no more, even alone.
        cluster.Isolate(2);
        for (var ticks = 0; ticks < 10 * cluster.Options.ElectionTicks; ticks++)
        {
            cluster.Tick(2);
        }

        Assert.Equal(RoleName.Learner, cluster[2].Status.Role);
        Assert.DoesNotContain(cluster.Network.Pool, message => message is PreVoteRequest or VoteRequest);
    }
}
