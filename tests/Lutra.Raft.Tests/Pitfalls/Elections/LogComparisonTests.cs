using Lutra.Raft.Tests.Harness;
using static Lutra.Raft.Tests.Harness.Steps;

namespace Lutra.Raft.Tests.Pitfalls.Elections;

public sealed class LogComparisonTests
{
    [Fact]
    public void E03_a_later_term_beats_a_longer_log()
    {
        // n1 ends at 1@2, n2 at 9@1, n3 has nothing.
        var cluster = new TestCluster();
        var configuration = TestCluster.ConfigurationOf([1, 2, 3]);
        cluster.Add(1, configuration, 2, Log(2));
        cluster.Add(2, configuration, 2, Log(1, 1, 1, 1, 1, 1, 1, 1, 1));
        cluster.Add(3, configuration, 2, []);

        Assert.True(Grants(cluster, voter: 2, candidate: 1));
        Assert.True(Grants(cluster, voter: 3, candidate: 1));
        Assert.True(Grants(cluster, voter: 3, candidate: 2));
        Assert.False(Grants(cluster, voter: 1, candidate: 2));
    }

    [Fact]
    public void E03_the_relation_is_the_lexicographic_order_over_10_000_random_pairs()
    {
        var random = new Random(3);
        for (var pair = 0; pair < 10_000; pair++)
        {
            var (one, other) = (Draw(random), Draw(random));
            var (forward, backward) = (GrantsAt(voter: one, candidate: other), GrantsAt(voter: other, candidate: one));
            Assert.Equal((other.Term, other.Index).CompareTo((one.Term, one.Index)) >= 0, forward);
            Assert.True(forward || backward);
            Assert.Equal(one == other, forward && backward);
        }
    }

    private static LogPosition Draw(Random random) => At(random.Next(1, 6), random.Next(1, 6));

    private static bool Grants(TestCluster cluster, int voter, int candidate)
    {
        cluster.Deliver(new PreVoteRequest(
            TestCluster.IdOf(candidate), TestCluster.IdOf(voter), new Term(3), cluster[candidate].Status.Last));
        var reply = cluster.OnTheWay<PreVoteReply>(voter, candidate).Single();
        cluster.Network.Remove(reply);
        return reply.Granted;
    }

    /// <summary>Asks a core whose log ends there, for the pre-vote and for the vote: they must agree.</summary>
    private static bool GrantsAt(LogPosition voter, LogPosition candidate)
    {
        var node = new RaftNode(
            TestCluster.IdOf(1), new RaftOptions(),
            new Recovered(new HardState(new Term(9), null), voter, TestCluster.ConfigurationOf([1, 2]), voter, [], []), new Random(1));
        node.Receive(new PreVoteRequest(TestCluster.IdOf(2), TestCluster.IdOf(1), new Term(10), candidate));
        var preVote = node.TakeOutput().MessagesToSend.OfType<PreVoteReply>().Single().Granted;

        node.Receive(new VoteRequest(TestCluster.IdOf(2), TestCluster.IdOf(1), new Term(10), candidate, Transfer: false));
        var messages = new List<Message>();
        while (node.TakeOutput() is { IsEmpty: false } output)
        {
            messages.AddRange(output.MessagesToSend);
            if (output.HardState is { } state)
            {
                node.HardStatePersisted(state);
            }
        }

        var vote = messages.OfType<VoteReply>().Single().Granted;
        Assert.Equal(preVote, vote);
        return vote;
    }
}
