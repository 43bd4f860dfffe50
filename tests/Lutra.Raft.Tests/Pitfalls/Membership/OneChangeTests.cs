using Lutra.Raft.Tests.Harness;
using static Lutra.Raft.Tests.Harness.Steps;

namespace Lutra.Raft.Tests.Pitfalls.Membership;

public sealed class OneChangeTests
{
    public static TheoryData<string, string> Variants => new()
    {
        { "1 2 3 4 5", "1 2 3" },
        { "1 2 3 4 5", "1 2 3 4 6" },
        { "1 2 3", "2 3 4" },
    };

    [Theory]
    [MemberData(nameof(Variants))]
    public void M01_no_change_before_an_entry_of_the_leaders_term_is_committed(string first, string second)
    {
        // n1 of term 1 appends a change on itself and n5 only.
        var cluster = TestCluster.Of(4, learners: 2);
        cluster.Elect(1);
        cluster.Run(2);
        cluster.Part([1, 5], [2, 3, 4, 6]);
        Assert.Equal(ProposeOutcome.Appended, cluster.ProposeMembers(1, Members(first)).Outcome);
        cluster.Settle();

        // n2 wins term 2 with n3 and n4, and its first entry is not confirmed yet: it refuses.
        cluster.LosePatience(3, 4, 6);
        cluster.Network.Hold(MessageFilter.Of<AppendAccepted>(to: 2));
        cluster.Campaign(2);
        cluster.Settle();
        Assert.Equal(RoleName.Leader, cluster[2].Status.Role);
        Assert.Equal(ProposeOutcome.ConfigurationPending, cluster.ProposeMembers(2, Members(second)).Outcome);

        // Once it is, n3 and n4 hold an entry of term 2, and n1 cannot win with n4 and n5.
        cluster.Network.Release();
        cluster.Run(1);
        Assert.Equal(ProposeOutcome.Appended, cluster.ProposeMembers(2, Members(second)).Outcome);
        cluster.Run(5);
        cluster.Kill(2);
        cluster.Kill(3);
        cluster.Heal();
        cluster.Run(10 * cluster.Options.ElectionTicks);
        cluster.Restart(2);
        cluster.Restart(3);
        cluster.RunUntilLeader(20);
        cluster.Run(20);
        Assert.DoesNotContain(cluster.Checks.Committed, entry =>
            entry.Kind == EntryKind.Configuration && entry.Term == new Term(1));
    }

    [Fact]
    public void M02_a_second_change_waits_for_the_first()
    {
        // Two promotions in a row, on the small side of a partition.
        var cluster = TestCluster.Of(3, learners: 2);
        cluster.Elect(1);
        cluster.Run(2);
        cluster.Part([1, 4, 5], [2, 3]);
        Assert.Equal(ProposeOutcome.Appended, cluster.ProposeMembers(1, TestCluster.MembersOf([1, 2, 3, 4], [5])).Outcome);
        cluster.Run(1);
        Assert.Equal(ProposeOutcome.ConfigurationPending, cluster.ProposeMembers(1, TestCluster.MembersOf([1, 2, 3, 4, 5])).Outcome);

        // Healed, the first goes through, and then the second may.
        cluster.Heal();
        cluster.RunUntil(() => cluster.Leader?.Status is { Configuration.IsJoint: false, CommittedInTerm: true } status
            && status.Commit == status.Last.Index, 10);
        var leader = cluster.Leader!.Number;
        Assert.Equal(ProposeOutcome.Appended, cluster.ProposeMembers(leader, TestCluster.MembersOf([1, 2, 3, 4, 5])).Outcome);
        cluster.Run(5);
        Assert.Equal("{n1 n2 n3 n4 n5}", TraceText.Describe(cluster.Leader!.Status.Configuration));
    }

    [Fact]
    public void M02_an_inherited_change_counts_too()
    {
        // n1 appends a change on n2 as well and dies; n2 leads, and cannot commit.
        var cluster = TestCluster.Of(4, learners: 1);
        cluster.Elect(1);
        cluster.Run(2);
        cluster.Part([1, 2], [3, 4, 5]);
        cluster.ProposeMembers(1, TestCluster.MembersOf([1, 2, 3], [5]));
        cluster.DeliverRound(MessageFilter.Between(1, 2));
        Assert.True(cluster[2].Status.Configuration.IsJoint);
        cluster.Kill(1);
        cluster.Heal();
        cluster.LosePatience(3, 4);
        cluster.Network.Hold(MessageFilter.Of<AppendAccepted>(to: 2));
        cluster.Campaign(2);
        cluster.Settle();
        Assert.Equal(RoleName.Leader, cluster[2].Status.Role);
        Assert.Equal(ProposeOutcome.ConfigurationPending, cluster.ProposeMembers(2, TestCluster.MembersOf([1, 2, 3, 4, 5])).Outcome);
    }

    [Fact]
    public void M02_the_joint_phase_is_one_change_until_its_end_is_committed()
    {
        var cluster = TestCluster.Of(3, learners: 1);
        cluster.Elect(1);
        cluster.Run(2);
        cluster.ProposeMembers(1, TestCluster.MembersOf([1, 2, 3, 4]));
        for (var rounds = 0; cluster[1].Status.Configuration.IsJoint; rounds++)
        {
            Assert.Equal(ProposeOutcome.ConfigurationPending, cluster.ProposeMembers(1, TestCluster.MembersOf([1, 2, 3])).Outcome);
            cluster.DeliverRound();
            Assert.InRange(rounds, 0, 20);
        }

        // The final entry is appended and not committed.
        Assert.True(cluster[1].Status.Commit < cluster[1].Status.ConfigurationIndex);
        Assert.Equal(ProposeOutcome.ConfigurationPending, cluster.ProposeMembers(1, TestCluster.MembersOf([1, 2, 3])).Outcome);
        cluster.Settle();
        Assert.Equal(ProposeOutcome.Appended, cluster.ProposeMembers(1, TestCluster.MembersOf([1, 2, 3])).Outcome);
    }

    private static IReadOnlyList<Member> Members(string voters)
    {
        var numbers = voters.Split(' ').Select(word => int.Parse(word, System.Globalization.CultureInfo.InvariantCulture)).ToList();
        return TestCluster.MembersOf(numbers, Enumerable.Range(1, 6).Except(numbers).Where(number => number > 4));
    }
}
