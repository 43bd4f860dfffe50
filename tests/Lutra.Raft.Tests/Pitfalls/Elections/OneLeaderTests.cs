using Lutra.Raft.Tests.Harness;
using static Lutra.Raft.Tests.Harness.Steps;

namespace Lutra.Raft.Tests.Pitfalls.Elections;

public sealed class OneLeaderTests
{
    [Fact]
    public void E15_a_second_leader_of_my_own_term_stops_the_leader()
    {
        var cluster = TestCluster.Of(3);
        cluster.Elect(1);
        var forged = new AppendRequest(TestCluster.IdOf(2), TestCluster.IdOf(1), new Term(1), At(1, 1), default, Index(1), 0);
        Stops(cluster, forged);
    }

    [Fact]
    public void E15_a_second_leader_of_the_same_term_stops_the_follower()
    {
        var cluster = TestCluster.Of(3);
        cluster.Elect(1);
        Stops(cluster, new AppendRequest(TestCluster.IdOf(3), TestCluster.IdOf(2), new Term(1), At(1, 1), default, Index(1), 0));
    }

    [Fact]
    public void E15_and_so_does_its_heartbeat()
    {
        var cluster = TestCluster.Of(3);
        cluster.Elect(1);
        Stops(cluster, new Heartbeat(TestCluster.IdOf(3), TestCluster.IdOf(2), new Term(1), Index(1), 0));
    }

    private static void Stops(TestCluster cluster, Message forged)
    {
        var broken = Assert.ThrowsAny<Exception>(() => cluster.Deliver(forged));
        Assert.IsNotType<SafetyException>(broken);
        Assert.Contains("leader", broken.Message, StringComparison.OrdinalIgnoreCase);
    }
}
