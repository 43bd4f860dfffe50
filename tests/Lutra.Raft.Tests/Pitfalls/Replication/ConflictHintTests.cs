using Lutra.Raft.Tests.Harness;
using static Lutra.Raft.Tests.Harness.Steps;

namespace Lutra.Raft.Tests.Pitfalls.Replication;

public sealed class ConflictHintTests
{
    private const int RoundTripsMax = 22;

    public static TheoryData<string> Logs => ["20 terms", "empty", "longer", "20 terms, shorter", "one old term", "a prefix"];

    [Theory]
    [MemberData(nameof(Logs))]
    public void L08_hints_converge_within_a_round_trip_per_term(string log)
    {
        var cluster = WithFollower(log);
        Assert.InRange(RoundTrips(cluster, _ => { }), 1, RoundTripsMax);
    }

    [Theory]
    [MemberData(nameof(Logs))]
    public void L08_also_when_answers_are_repeated_and_late(string log)
    {
        var cluster = WithFollower(log);
        var late = new List<Message>();
        var rounds = RoundTrips(cluster, round =>
        {
            cluster.Network.Duplicate(MessageFilter.Of<AppendRejected>());
            late.AddRange(cluster.OnTheWay<AppendRejected>());
            if (round % 3 == 2)
            {
                foreach (var message in late)
                {
                    cluster.Deliver(message with { });
                }
            }

            var view = cluster.ViewOf(1, 2);
            Assert.True(view.Next > view.Matched);
        });
        Assert.InRange(rounds, 1, 3 * RoundTripsMax);
    }

    /// <summary>n1 has 1,000 entries over the even terms to 42; n2 shares the first with it, at most, and n3 votes.</summary>
    private static TestCluster WithFollower(string log)
    {
        var cluster = new TestCluster();
        var configuration = TestCluster.ConfigurationOf([1, 2, 3]);
        IReadOnlyList<int> mine = [1, .. Terms(2, 999)];
        IReadOnlyList<int> other = log switch
        {
            "20 terms" => [1, .. Terms(3, 999)],
            "empty" => [],
            "longer" => [1, .. Terms(3, 1999)],
            "20 terms, shorter" => [1, .. Terms(3, 500)],
            "one old term" => [.. Enumerable.Repeat(1, 1000)],
            "a prefix" => [.. mine.Take(300)],
            _ => throw new ArgumentOutOfRangeException(nameof(log), log, "Not a log."),
        };
        cluster.Add(1, configuration, 42, Log(mine));
        cluster.Add(3, configuration, 42, Log(1));
        cluster.Campaign(1);
        cluster.Settle();
        Assert.Equal(RoleName.Leader, cluster[1].Status.Role);
        cluster.Add(2, configuration, 42, Log(other));
        return cluster;

        static IEnumerable<int> Terms(int first, int count) => Enumerable.Range(0, count).Select(at => first + (2 * (at * 20 / count)));
    }

    /// <summary>How many times n1 asks and n2 answers until n2 holds all that n1 holds.</summary>
    private static int RoundTrips(TestCluster cluster, Action<int> disturb)
    {
        cluster.Tick(1);
        for (var round = 1; round <= 100; round++)
        {
            cluster.DeliverRound(MessageFilter.Between(1, 2));
            disturb(round);
            cluster.DeliverRound(MessageFilter.Between(2, 1));
            if (cluster[2].Disk.Durable.Last == cluster[1].Status.Last)
            {
                return round;
            }

            cluster.Tick(1);
        }

        throw new SafetyException($"n2 never catches up:{Environment.NewLine}{cluster.Trace.Recent()}");
    }
}
