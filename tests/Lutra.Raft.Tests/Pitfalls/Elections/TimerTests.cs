using Lutra.Raft.Tests.Harness;

namespace Lutra.Raft.Tests.Pitfalls.Elections;

public sealed class TimerTests
{
    [Fact]
    public void E14_split_votes_end_because_timeouts_are_drawn_again()
    {
        for (var seed = 0; seed < 1000; seed++)
        {
            // All five draw the same first timeout, from then on each goes its own way.
            var first = seed % 7;
            var cluster = new TestCluster
            {
                RandomOf = (number, _) => new SameFirstDraw((seed * 31) + number, first),
            }.With(5);
            cluster.RunUntilLeader(10);
        }
    }

    [Fact]
    public void E14_each_attempt_waits_for_another_time()
    {
        var cluster = TestCluster.Of(3);
        var (waits, wait) = (new SortedSet<int>(), 0);
        for (var ticks = 0; ticks < 1000; ticks++)
        {
            cluster.Tick(1);
            wait++;
            if (cluster.Network.TakeAll(MessageFilter.Of<PreVoteRequest>()).Count > 0)
            {
                Assert.InRange(wait, cluster.Options.ElectionTicks, (2 * cluster.Options.ElectionTicks) - 1);
                waits.Add(wait);
                wait = 0;
            }
        }

        Assert.InRange(waits.Count, 6, 10);
    }

    [Fact]
    public void E18_only_ticks_are_time_and_uneven_ones_elect_nobody()
    {
        // Three clocks that run at 0.9, 1.0 and 1.1 of the true rate, for 10,000 ticks.
        var rates = new[] { 0.9, 1.0, 1.1 };
        var cluster = TestCluster.Of(3);
        cluster.RunUntilLeader();
        var (leader, term) = (cluster.Leader!, cluster.Leader!.Status.Term);
        RunUneven(cluster, rates, 10_000);
        Assert.Equal((RoleName.Leader, term), (leader.Status.Role, leader.Status.Term));

        // And still elect when they must.
        cluster.Kill(leader.Number);
        RunUneven(cluster, rates, 10 * cluster.Options.ElectionTicks);
        Assert.NotNull(cluster.Leader);
    }

    [Fact]
    public void E18_without_ticks_nobody_ever_campaigns()
    {
        var cluster = TestCluster.Of(3);
        cluster.RunUntilLeader();
        cluster.Kill(cluster.Leader!.Number);
        cluster.Settle();
        Assert.All(cluster.Up, node => Assert.Equal(RoleName.Follower, node.Status.Role));
    }

    private static void RunUneven(TestCluster cluster, double[] rates, int ticks)
    {
        for (var now = 0; now < ticks; now++)
        {
            foreach (var node in cluster.Up.ToList())
            {
                var rate = rates[node.Number - 1];
                for (var due = (int)((now + 1) * rate) - (int)(now * rate); due > 0; due--)
                {
                    cluster.Tick(node.Number);
                }
            }

            cluster.Settle();
        }
    }

    /// <summary>The first number drawn is given, the rest is seeded.</summary>
    private sealed class SameFirstDraw(int seed, int first) : Random(seed)
    {
        private bool isLater;

        public override int Next(int maxValue) => Draw(() => base.Next(maxValue), first % maxValue);

        public override int Next(int minValue, int maxValue) =>
            Draw(() => base.Next(minValue, maxValue), minValue + (first % (maxValue - minValue)));

        private int Draw(Func<int> otherwise, int now)
        {
            if (isLater)
            {
                return otherwise();
            }

            isLater = true;
            return now;
        }
    }
}
