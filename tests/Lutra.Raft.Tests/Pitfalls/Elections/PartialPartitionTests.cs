using Lutra.Raft.Tests.Harness;

namespace Lutra.Raft.Tests.Pitfalls.Elections;

public sealed class PartialPartitionTests
{
    private const int Timeouts = 200;

    [Fact]
    public void E12_one_broken_link_of_three_changes_the_leader_once_at_most()
    {
        var cluster = Led(3);
        cluster.CutBoth(1, 3);
        GoesOn(cluster, leaderChangesMax: 1, _ => { });
    }

    [Fact]
    public void E12_a_ring_of_five()
    {
        var cluster = Led(5);
        foreach (var (one, other) in new[] { (1, 3), (1, 4), (2, 4), (2, 5), (3, 5) })
        {
            cluster.CutBoth(one, other);
        }

        GoesOn(cluster, leaderChangesMax: 1, _ => { });
    }

    [Fact]
    public void E12_a_chain_of_five()
    {
        // n3 - n1 - n5 - n2 - n4: the leader n5 is in the middle.
        var cluster = Led(5);
        foreach (var (one, other) in new[] { (3, 5), (3, 2), (3, 4), (1, 2), (1, 4), (5, 4) })
        {
            cluster.CutBoth(one, other);
        }

        GoesOn(cluster, leaderChangesMax: 1, _ => { });
    }

    [Fact]
    public void E12_a_chain_with_the_leader_at_its_end()
    {
        // n5 - n1 - n2 - n3 - n4: n5 reaches one other only.
        var cluster = Led(5);
        foreach (var (one, other) in new[] { (5, 2), (5, 3), (5, 4), (1, 3), (1, 4), (2, 4) })
        {
            cluster.CutBoth(one, other);
        }

        GoesOn(cluster, leaderChangesMax: 2, _ => { });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void E12_a_one_way_cut_that_wanders(int seed)
    {
        var cluster = Led(5);
        var random = new Random(seed);
        GoesOn(cluster, leaderChangesMax: 1, tick =>
        {
            if (tick % (3 * cluster.Options.ElectionTicks) == 0)
            {
                cluster.Network.MendAll();
                var from = random.Next(1, 6);
                cluster.Cut(from, ((from + random.Next(0, 4)) % 5) + 1);
            }
        });
    }

    private static TestCluster Led(int voters)
    {
        var cluster = TestCluster.Of(voters);
        cluster.Elect(voters);
        cluster.Run(2);
        return cluster;
    }

    /// <summary>
    /// Writes go on for 200 election timeouts: after the first five, 99 of 100 commit within an election timeout, and the leader
    /// changes at most so often.
    /// </summary>
    private static void GoesOn(TestCluster cluster, int leaderChangesMax, Action<int> disturb)
    {
        var (asked, done, changes) = (0, 0, 0);
        var leader = cluster.Leader!.Number;
        for (var tick = 0; tick < Timeouts * cluster.Options.ElectionTicks; tick += cluster.Options.ElectionTicks)
        {
            disturb(tick);
            var before = cluster.Checks.Committed.Count;
            var appended = cluster.Leader is { } at && cluster.Propose(at.Number, $"at {tick}").Outcome == ProposeOutcome.Appended;
            cluster.Run(cluster.Options.ElectionTicks);
            if (tick >= 5 * cluster.Options.ElectionTicks)
            {
                asked++;
                done += appended && cluster.Checks.Committed.Count > before ? 1 : 0;
            }

            if (cluster.Leader is { } now && now.Number != leader)
            {
                changes++;
                leader = now.Number;
            }
        }

        Assert.InRange(changes, 0, leaderChangesMax);
        Assert.InRange(done, asked * 99 / 100, asked);
    }
}
