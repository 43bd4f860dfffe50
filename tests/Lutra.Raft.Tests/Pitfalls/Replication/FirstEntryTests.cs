using Lutra.Raft.Tests.Harness;
using static Lutra.Raft.Tests.Harness.Steps;

namespace Lutra.Raft.Tests.Pitfalls.Replication;

public sealed class FirstEntryTests
{
    [Fact]
    public void L02_a_new_leader_commits_what_it_inherits_without_waiting_for_a_client()
    {
        // i5 is on n1 and n2, n1 has committed and acknowledged it, n2 has not heard so; then n1 dies.
        var cluster = TestCluster.Of(3);
        cluster.Elect(1);
        cluster.ProposeAll(1, "a", "b", "c");
        cluster.Run(2);
        cluster.Cut(1, 3);
        cluster.ProposeAll(1, "d");
        cluster.DeliverRound(MessageFilter.Of<AppendRequest>(1, 2));
        cluster.DeliverRound(MessageFilter.Of<AppendAccepted>(2, 1));
        Assert.Equal((Index(5), Index(4)), (cluster[1].Status.Commit, cluster[2].Status.Commit));
        cluster.Kill(1);
        cluster.Network.TakeAll(MessageFilter.Any);

        // n2 leads, and nobody has confirmed anything of its term yet: it serves no read.
        cluster.LosePatience(3);
        cluster.Network.Hold(MessageFilter.Of<AppendAccepted>());
        cluster.Campaign(2);
        cluster.Settle();
        Assert.Equal(RoleName.Leader, cluster[2].Status.Role);
        var read = cluster.Read(2);
        cluster.Run(2);
        Assert.False(cluster[2].Reads.TryGetValue(read, out var early) && early is not null);

        // Once it may, the inherited entry is applied on both within five heartbeats.
        cluster.Network.Release();
        cluster.Run(5 * cluster.Options.HeartbeatTicks);
        Assert.All(cluster.Up, node => Assert.Equal(["a", "b", "c", "d"], node.State.Commands));
        Assert.Equal(Index(6), cluster[2].Reads[read]);
    }
}
