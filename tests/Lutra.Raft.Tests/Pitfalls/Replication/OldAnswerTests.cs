using Lutra.Raft.Tests.Harness;
using static Lutra.Raft.Tests.Harness.Steps;

namespace Lutra.Raft.Tests.Pitfalls.Replication;

public sealed class OldAnswerTests
{
    [Fact]
    public void L09_replayed_answers_change_nothing_in_200_runs()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            Replay(new Random(seed));
        }
    }

    [Fact]
    public void L09_an_answer_to_an_earlier_leadership_is_void()
    {
        var cluster = TestCluster.Of(3);
        cluster.Elect(1);
        cluster.Isolate(2);
        cluster.ProposeAll(1, "x=1");
        cluster.Run(2);

        // n2 could have said this in term 1; n1 now leads term 3.
        var old = new AppendAccepted(TestCluster.IdOf(2), TestCluster.IdOf(1), new Term(1), Index(2), 0);
        cluster.Elect(3);
        cluster.Elect(1);
        Assert.Equal(new Term(3), cluster[1].Status.Term);
        cluster.Deliver(old);
        Assert.Equal(LogIndex.Zero, cluster.ViewOf(1, 2).Matched);
    }

    [Fact]
    public void L09_an_answer_after_stepping_down_or_of_a_removed_peer_is_void()
    {
        var cluster = TestCluster.Of(3);
        cluster.Elect(1);
        cluster.ProposeMembers(1, TestCluster.MembersOf([1, 2]));
        cluster.Run(3);
        var before = TraceText.Describe(cluster[1].Status);
        cluster.Deliver(new AppendAccepted(TestCluster.IdOf(3), TestCluster.IdOf(1), new Term(1), Index(1), 0));
        cluster.Deliver(new AppendRejected(TestCluster.IdOf(3), TestCluster.IdOf(1), new Term(1), Index(1), LogPosition.Zero, 0));
        Assert.Equal(before, TraceText.Describe(cluster[1].Status));
        Assert.Single(cluster[1].Status.Followers);

        cluster.Elect(2);
        before = TraceText.Describe(cluster[1].Status);
        cluster.Deliver(new AppendAccepted(TestCluster.IdOf(2), TestCluster.IdOf(1), new Term(1), Index(2), 0));
        Assert.Equal(before, TraceText.Describe(cluster[1].Status));
    }

    [Fact]
    public void L09_a_rejection_that_is_not_of_the_outstanding_probe_is_void()
    {
        var cluster = TestCluster.Of(3);
        cluster.Elect(1);
        cluster.ProposeAll(1, "a", "b", "c");
        cluster.Run(2);
        var before = cluster.ViewOf(1, 2);
        cluster.Deliver(new AppendRejected(TestCluster.IdOf(2), TestCluster.IdOf(1), new Term(1), Index(2), At(1, 1), 0));
        var after = cluster.ViewOf(1, 2);
        Assert.Equal(before.Matched, after.Matched);
        Assert.True(after.Next > after.Matched);
    }

    private static void Replay(Random random)
    {
        var cluster = new TestCluster();
        var configuration = TestCluster.ConfigurationOf([1, 2, 3]);
        cluster.Add(1, configuration, 3, Log(1, 1, 3, 3));
        cluster.Add(2, configuration, 3, Log(1, 2, 2, 2, 2, 2));
        cluster.Add(3, configuration, 3, Log(1));
        cluster.Elect(1);

        var heard = new List<Message>();
        for (var step = 0; step < 40; step++)
        {
            if (step % 4 == 0 && cluster[1].Status.Role == RoleName.Leader)
            {
                cluster.ProposeAll(1, $"step {step}");
            }

            cluster.Tick(1);
            heard.AddRange(cluster.Network.Pool.Where(message => message.To == TestCluster.IdOf(1)));
            cluster.DeliverRound();
            heard.AddRange(cluster.Network.Pool.Where(message => message.To == TestCluster.IdOf(1)));
            for (var again = random.Next(4); again > 0 && heard.Count > 0; again--)
            {
                var before = cluster[1].Status.Followers;
                cluster.Deliver(heard[random.Next(heard.Count)] with { });
                foreach (var (was, now) in before.Zip(cluster[1].Status.Followers))
                {
                    Assert.True(now.Matched >= was.Matched && now.Next > now.Matched, $"{was} became {now}");
                }
            }
        }

        cluster.Settle();
        cluster.Run(3);
        Assert.Equal((RoleName.Leader, 10), (cluster[1].Status.Role, cluster[3].State.Commands.Count(command => command.StartsWith("step", StringComparison.Ordinal))));
    }
}
