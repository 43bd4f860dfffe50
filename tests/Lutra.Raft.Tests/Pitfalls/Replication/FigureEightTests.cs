using Lutra.Raft.Tests.Harness;
using static Lutra.Raft.Tests.Harness.Steps;

namespace Lutra.Raft.Tests.Pitfalls.Replication;

/// <summary>Figure 8 of the Raft paper: an entry of an older term on a majority is not yet committed.</summary>
public sealed class FigureEightTests
{
    [Fact]
    public void L01_an_older_term_is_never_committed_by_counting()
    {
        // n3 gets i2 of term 2, and what n1 appended in term 4 reaches nobody.
        var cluster = InTermFour((cluster, append) => append.To == TestCluster.IdOf(2) || append.To == TestCluster.IdOf(4)
            || (append.Entries.Length > 0 && append.Entries.Span[0].Term == new Term(4) && cluster[3].Disk.Durable.Holds(append.Previous)));

        // So i2 is on n1, n2 and n3: three of five, and still not committed.
        Assert.All(new[] { 1, 2, 3 }, number => Assert.True(cluster[number].Disk.Durable.Holds(At(2, 2))));
        Assert.Equal(LogIndex.Zero, cluster[1].Status.Commit);

        // For n5 may yet win with its later term 3, and replace it.
        cluster.Kill(1);
        cluster.Network.TakeAll(MessageFilter.Any);
        cluster.Restart(5);
        cluster.Elect(5);
        cluster.Restart(1);
        cluster.Run(5);
        Assert.All(cluster.Nodes, node => Assert.True(node.Disk.Durable.Holds(At(2, 3))));
    }

    [Fact]
    public void L01_with_an_entry_of_its_own_term_on_a_majority_all_before_it_is_safe()
    {
        var cluster = InTermFour((_, append) => append.To == TestCluster.IdOf(4));
        Assert.Equal(Index(3), cluster[1].Status.Commit);

        cluster.Kill(1);
        cluster.Network.TakeAll(MessageFilter.Any);
        cluster.Restart(5);
        cluster.LosePatience(2, 3, 4);
        cluster.Campaign(5);
        cluster.Settle();
        Assert.NotEqual(RoleName.Leader, cluster[5].Status.Role);
        Assert.Contains(cluster.RunUntilLeader(20).Number, new[] { 2, 3 });
    }

    /// <summary>
    /// n1 put i2 of term 2 on itself and n2; n5 won term 3, put its own i2 on itself alone and died; now n1 wins term 4 and replicates
    /// one entry in a message, except for what is held back.
    /// </summary>
    private static TestCluster InTermFour(Func<TestCluster, AppendRequest, bool> isHeldBack)
    {
        var cluster = new TestCluster(new RaftOptions { AppendBytesMax = 1 });
        var configuration = TestCluster.ConfigurationOf([1, 2, 3, 4, 5]);
        cluster.Add(1, configuration, 3, Log(1, 2));
        cluster.Add(2, configuration, 3, Log(1, 2));
        cluster.Add(3, configuration, 3, Log(1), vote: 5);
        cluster.Add(4, configuration, 3, Log(1), vote: 5);
        cluster.Add(5, configuration, 3, Log(1, 3), vote: 5);
        cluster.Kill(5);
        cluster.Campaign(1);
        cluster.SettleWhere(message => message is not AppendRequest append || !isHeldBack(cluster, append));
        Assert.Equal((RoleName.Leader, new Term(4)), (cluster[1].Status.Role, cluster[1].Status.Term));
        return cluster;
    }
}
