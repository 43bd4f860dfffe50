using Lutra.Raft.Tests.Harness;

namespace Lutra.Raft.Tests.Pitfalls.Membership;

public sealed class RefusalTests
{
    [Fact]
    public void M10_who_never_answered_is_not_promoted_and_delays_nobody()
    {
        // Three voters, one down; n4 is added and never starts.
        var cluster = TestCluster.Of(3);
        cluster.Elect(1);
        cluster.Run(2);
        cluster.Kill(3);
        cluster.ProposeMembers(1, TestCluster.MembersOf([1, 2, 3], [4]));
        cluster.Run(3);
        Assert.Equal("{n1 n2 n3 +n4}", TraceText.Describe(cluster[1].Status.Configuration));

        Refused(cluster, TestCluster.MembersOf([1, 2, 3, 4]));
        cluster.ProposeAll(1, "x=1");
        cluster.Run(2);
        Assert.Equal(["x=1"], cluster.Applied(2));
    }

    [Fact]
    public void M10_who_is_far_behind_is_not_promoted_until_it_caught_up()
    {
        var cluster = TestCluster.Of(3, learners: 1);
        cluster.Elect(1);
        cluster.Run(2);
        cluster.Isolate(4);
        cluster.ProposeAll(1, [.. Enumerable.Range(0, 5000).Select(number => $"x={number}")]);
        cluster.Run(2);
        Refused(cluster, TestCluster.MembersOf([1, 2, 3, 4]));

        cluster.Heal();
        cluster.Run(20);
        Assert.Equal(ProposeOutcome.Appended, cluster.ProposeMembers(1, TestCluster.MembersOf([1, 2, 3, 4])).Outcome);
    }

    public static TheoryData<string> Forbidden =>
        ["no members", "learners only", "a member twice", "a node twice", "member id 0", "leaving", "an unbound voter", "an address twice"];

    [Theory]
    [MemberData(nameof(Forbidden))]
    public void M13_what_can_never_work_is_refused_with_a_reason(string what)
    {
        var cluster = TestCluster.Of(3);
        cluster.Elect(1);
        cluster.Run(2);
        var three = TestCluster.MembersOf([1, 2, 3]);
        var fourth = TestCluster.MemberOf(4, MemberRole.Learner);
        IReadOnlyList<Member> target = what switch
        {
            "no members" => [],
            "learners only" => TestCluster.MembersOf([], [1, 2, 3]),
            "a member twice" => [.. three, fourth with { Id = new MemberId(3) }],
            "a node twice" => [.. three, fourth with { Node = TestCluster.IdOf(3) }],
            "member id 0" => [.. three, fourth with { Id = new MemberId(0) }],
            "leaving" => [.. TestCluster.MembersOf([1, 2]), TestCluster.MemberOf(3, MemberRole.Leaving)],
            "an unbound voter" => [.. three, fourth with { Node = null, Role = MemberRole.Voter }],
            "an address twice" => [.. three, fourth with { PeerAddress = "n3:1" }],
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, "Not a case."),
        };
        Refused(cluster, target);
    }

    [Fact]
    public void M13_a_change_that_leaves_no_live_quorum_is_refused()
    {
        // Of {n1 n2 n3} n3 is down: {n1 n3} could commit nothing.
        var cluster = TestCluster.Of(3);
        cluster.Elect(1);
        cluster.Kill(3);
        cluster.Run(2 * cluster.Options.ElectionTicks);
        Refused(cluster, TestCluster.MembersOf([1, 3]));
        Assert.Equal(ProposeOutcome.Appended, cluster.ProposeMembers(1, TestCluster.MembersOf([1, 2])).Outcome);
    }

    [Fact]
    public void M13_only_the_leader_changes_members()
    {
        var cluster = TestCluster.Of(3);
        cluster.Elect(1);
        cluster.Run(2);
        var result = cluster.ProposeMembers(2, TestCluster.MembersOf([1, 2]));
        Assert.Equal((ProposeOutcome.NotLeader, TestCluster.IdOf(1)), (result.Outcome, result.Leader!.Value));
    }

    private static void Refused(TestCluster cluster, IReadOnlyList<Member> target)
    {
        var before = TraceText.Describe(cluster[1].Status);
        var result = cluster.ProposeMembers(1, target);
        Assert.Equal(ProposeOutcome.ConfigurationInvalid, result.Outcome);
        Assert.False(string.IsNullOrWhiteSpace(result.Reason));
        Assert.Equal(before, TraceText.Describe(cluster[1].Status));
    }
}
