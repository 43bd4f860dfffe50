using Lutra.Raft.Tests.Harness;
using static Lutra.Raft.Tests.Harness.Steps;

namespace Lutra.Raft.Tests.Pitfalls.Reads;

public sealed class ReadIndexTests
{
    [Fact]
    public void R01_no_read_before_an_entry_of_the_leaders_term_is_committed()
    {
        // x=2 is committed by n1 and n2 does not know; n1 dies, n2 leads, and its first entry is not confirmed.
        var cluster = TestCluster.Of(3);
        cluster.Elect(1);
        cluster.ProposeAll(1, "x=1");
        cluster.Run(2);
        cluster.ProposeAll(1, "x=2");
        cluster.DeliverRound(MessageFilter.Of<AppendRequest>());
        cluster.DeliverRound(MessageFilter.Of<AppendAccepted>());
        Assert.Equal((Index(3), Index(2)), (cluster[1].Status.Commit, cluster[2].Status.Commit));
        cluster.Kill(1);
        cluster.Network.TakeAll(MessageFilter.Any);
        cluster.LosePatience(3);
        cluster.Network.Hold(MessageFilter.Of<AppendAccepted>());
        cluster.Campaign(2);
        cluster.Settle();
        Assert.Equal((RoleName.Leader, false), (cluster[2].Status.Role, cluster[2].Status.CommittedInTerm));

        var read = cluster.Read(2);
        cluster.Run(3);
        Assert.False(IsServed(cluster, 2, read));

        // It is not forgotten either: it waits, and sees x=2.
        cluster.Network.Release();
        cluster.Run(2);
        Assert.True(cluster[2].Reads.ContainsKey(read));
        var again = cluster.Read(2);
        cluster.Run(1);
        Assert.Equal(Index(4), cluster[2].Reads[again]);
        Assert.Equal(["x=1", "x=2"], cluster.Applied(2));
    }

    [Fact]
    public void R01_reads_beyond_the_limit_are_refused_at_once()
    {
        var cluster = TestCluster.Of(3, options: new RaftOptions { PendingReadsMax = 3 });
        cluster.Elect(1);
        var reads = Enumerable.Range(0, 5).Select(_ => cluster.Read(1)).ToList();
        Assert.Equal(reads[3..], cluster[1].Reads.Where(answer => answer.Value is null).Select(answer => answer.Key));
        cluster.Run(1);
        Assert.All(reads[..3], read => Assert.True(IsServed(cluster, 1, read)));
    }

    [Fact]
    public void R02_a_read_is_confirmed_only_by_a_round_that_began_after_it()
    {
        var cluster = Led();
        cluster.Network.Hold(MessageFilter.Between(null, 1));
        cluster.Read(1);
        cluster.Tick(1);
        cluster.Settle();

        // n1 falls asleep; n2 leads and commits x=2 with n3.
        cluster.CutBoth(1, 2);
        cluster.CutBoth(1, 3);
        for (var ticks = 0; ticks < cluster.Options.ElectionTicks; ticks++)
        {
            cluster.Tick(3);
        }

        cluster.Campaign(2);
        cluster.Settle();
        cluster.ProposeAll(2, "x=2");
        cluster.Settle();
        Assert.Equal(["x=1", "x=2"], cluster.Applied(2));

        // It wakes up as a leader, is asked again, and hears what was said before it slept.
        Assert.Equal(RoleName.Leader, cluster[1].Status.Role);
        var stale = cluster.Read(1);
        cluster.Heal();
        foreach (var late in cluster.Network.Pool.Where(message => message.To == TestCluster.IdOf(1) && message.Term == new Term(1)).ToList())
        {
            cluster.Deliver(late);
        }

        Assert.False(IsServed(cluster, 1, stale));
        cluster.Run(3);
        Assert.False(IsServed(cluster, 1, stale));
    }

    [Fact]
    public void R02_two_answers_of_one_follower_are_not_a_quorum()
    {
        var cluster = TestCluster.Of(5);
        cluster.Elect(1);
        cluster.Run(1);
        cluster.Cut(3, 1);
        cluster.Cut(4, 1);
        cluster.Cut(5, 1);
        var read = cluster.Read(1);
        for (var tick = 0; tick < 3; tick++)
        {
            cluster.Tick(1);
            cluster.DeliverRound();
            cluster.Network.Duplicate(MessageFilter.Any);
            cluster.Settle();
        }

        Assert.False(IsServed(cluster, 1, read));
    }

    [Theory]
    [InlineData(4, 5)]
    [InlineData(2, 3)]
    public void R03_a_joint_configuration_confirms_with_both_halves(int silent, int alsoSilent)
    {
        // From {n1 n2 n3} to {n1 n4 n5}: one half answers, of the other one only n1 itself.
        var cluster = TestCluster.Of(3, learners: 2);
        cluster.Elect(1);
        cluster.Run(2);
        cluster.Cut(silent, 1);
        cluster.Cut(alsoSilent, 1);
        cluster.ProposeMembers(1, TestCluster.MembersOf([1, 4, 5]));
        cluster.Settle();
        Assert.True(cluster[1].Status.Configuration.IsJoint);
        var read = cluster.Read(1);
        cluster.Run(3);
        Assert.False(IsServed(cluster, 1, read));

        cluster.Heal();
        cluster.RunUntil(() => cluster[1].Reads.ContainsKey(read), 3);
    }

    [Fact]
    public void R03_learners_confirm_nothing()
    {
        var cluster = TestCluster.Of(3, learners: 2);
        cluster.Elect(1);
        cluster.Run(2);
        cluster.Kill(2);
        cluster.Kill(3);
        var read = cluster.Read(1);
        cluster.Run(3);
        Assert.False(IsServed(cluster, 1, read));
    }

    [Fact]
    public void R03_a_voter_alone_confirms_itself()
    {
        var cluster = TestCluster.Of(1);
        cluster.RunUntilLeader(2);
        var read = cluster.Read(1);
        Assert.Equal(Index(1), cluster[1].Reads[read]);
    }

    [Fact]
    public void R04_a_read_does_not_survive_the_leadership_that_it_was_asked_in()
    {
        var cluster = Led();
        cluster.Network.Hold(MessageFilter.Between(null, 1));
        var read = cluster.Read(1);
        cluster.Settle();

        // n1 steps down: the read is refused at once, and its old answers mean nothing when n1 leads again.
        cluster.Deliver(new VoteRequest(TestCluster.IdOf(2), TestCluster.IdOf(1), new Term(2), cluster[2].Status.Last, Transfer: true));
        Assert.Null(cluster[1].Reads[read]);
        cluster.Network.Release();
        cluster.Elect(1);
        cluster.Run(2);
        Assert.Null(cluster[1].Reads[read]);
    }

    [Fact]
    public void R07_a_follower_asks_the_leader()
    {
        var cluster = Led();
        cluster.ProposeAll(1, "x=2");
        var read = cluster.Read(2);
        cluster.Run(2);
        Assert.True(IsServed(cluster, 2, read));
    }

    [Fact]
    public void R07_a_follower_that_is_cut_off_says_try_again()
    {
        var cluster = Led();
        cluster.Isolate(2);
        var read = cluster.Read(2);
        cluster.ProposeAll(1, "x=2");
        cluster.RunUntil(() => cluster[2].Reads.ContainsKey(read), 3);
        Assert.Null(cluster[2].Reads[read]);
    }

    [Fact]
    public void R07_a_node_without_a_leader_says_try_again_at_once()
    {
        var cluster = TestCluster.Of(3);
        var read = cluster.Read(2);
        Assert.Null(cluster[2].Reads[read]);
    }

    [Fact]
    public void R07_a_leader_that_cannot_confirm_passes_the_refusal_on()
    {
        var cluster = Led();
        cluster.Cut(3, 1);
        cluster.Network.Hold(MessageFilter.Of<HeartbeatReply>());
        cluster.Network.Hold(MessageFilter.Of<AppendAccepted>());
        var read = cluster.Read(2);
        cluster.RunUntil(() => cluster[2].Reads.ContainsKey(read), 4);
        Assert.Null(cluster[2].Reads[read]);
    }

    private static bool IsServed(TestCluster cluster, int number, ulong read) =>
        cluster[number].Reads.TryGetValue(read, out var index) && index is not null;

    private static TestCluster Led()
    {
        var cluster = TestCluster.Of(3);
        cluster.Elect(1);
        cluster.ProposeAll(1, "x=1");
        cluster.Run(2);
        return cluster;
    }
}
