using Lutra.Raft.Tests.Harness;
using static Lutra.Raft.Tests.Harness.Steps;

namespace Lutra.Raft.Tests.Pitfalls.Replication;

public sealed class ApplyOrderTests
{
    private static readonly string[] Pipelined = ["five", "six", "seven"];

    [Fact]
    public void L13_acknowledgements_out_of_order_apply_in_order()
    {
        var cluster = Pipelining();
        cluster.DeliverRound(MessageFilter.Of<AppendRequest>());
        cluster.Network.Reverse();
        cluster.Settle();
        cluster.Run(2);
        Assert.All(cluster.Nodes, node => Assert.Equal(Pipelined, node.State.Commands));
    }

    [Fact]
    public void L13_appends_out_of_order_apply_in_order()
    {
        var cluster = Pipelining();
        cluster.Network.Reverse();
        cluster.Settle();
        cluster.Run(5);
        Assert.All(cluster.Nodes, node => Assert.Equal(Pipelined, node.State.Commands));
    }

    [Fact]
    public void L13_the_applied_index_follows_the_state_machine_and_never_leads_it()
    {
        var cluster = Pipelining();
        cluster[1].IsApplyStalled = true;
        cluster.Settle();
        Assert.Equal((Index(4), Index(1)), (cluster[1].Status.Commit, cluster[1].Status.Applied));
        cluster[1].Apply();
        Assert.Equal(Index(4), cluster[1].Status.Applied);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void L16_an_apply_that_crosses_an_install_does_not_take_it_back(bool installFirst)
    {
        // n3 has i2 to apply when the state at i5 arrives.
        var cluster = TestCluster.Of(3);
        cluster.Elect(1);
        cluster.Run(1);
        cluster[3].IsApplyStalled = true;
        cluster.ProposeAll(1, "two");
        cluster.Run(2);
        cluster.Isolate(3);
        cluster.ProposeAll(1, "three", "four", "five");
        cluster.Run(2);
        cluster[1].FlushState();
        cluster[1].CutLog(At(5, 1));
        cluster.AreStreamsHeld = true;
        cluster.Heal();
        cluster.RunUntil(() => cluster[3].Arrived is not null, 10);
        Assert.Equal(Index(1), cluster[3].Status.Applied);

        if (!installFirst)
        {
            cluster[3].Apply();
            Assert.Equal(Index(2), cluster[3].Status.Applied);
        }

        cluster[3].FinishInstall();
        cluster[3].Feed(node => node.Applied(Index(2)));
        Assert.Equal(Index(5), cluster[3].Status.Applied);
        cluster[3].IsApplyStalled = false;
        cluster.ProposeAll(1, "six");
        cluster.Run(3);
        Assert.Equal(["two", "three", "four", "five", "six"], cluster.Applied(3));
    }

    [Fact]
    public void L16_the_commit_index_survives_a_restart_as_far_as_the_state_reaches()
    {
        var cluster = Pipelining();
        cluster.Settle();
        cluster.Run(1);
        cluster[2].FlushState();
        cluster.CutPower(2);
        cluster.Restart(2);
        Assert.Equal((Index(4), Index(4)), (cluster[2].Status.Commit, cluster[2].Status.Applied));
    }

    /// <summary>n1 leads, and three proposals are on their way in an append each.</summary>
    private static TestCluster Pipelining()
    {
        var cluster = TestCluster.Of(3);
        cluster.Elect(1);
        cluster.Run(1);
        cluster.ProposeAll(1, Pipelined);
        return cluster;
    }
}
