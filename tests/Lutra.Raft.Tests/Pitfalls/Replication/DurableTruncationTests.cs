using Lutra.Raft.Tests.Harness;
using static Lutra.Raft.Tests.Harness.Steps;

namespace Lutra.Raft.Tests.Pitfalls.Replication;

public sealed class DurableTruncationTests
{
    public static TheoryData<int, int> Cuts
    {
        get
        {
            var cuts = new TheoryData<int, int>();
            for (var writes = 0; writes <= 3; writes++)
            {
                for (var entries = 0; entries <= 2; entries++)
                {
                    cuts.Add(writes, entries);
                }
            }

            return cuts;
        }
    }

    [Theory]
    [MemberData(nameof(Cuts))]
    public void L15_the_old_suffix_cannot_come_back(int writesKept, int entriesKept)
    {
        // n2 has i5 to i9 of term 1, all the others have i5 of term 2.
        var cluster = new TestCluster();
        var configuration = TestCluster.ConfigurationOf([1, 2, 3]);
        cluster.Add(1, configuration, 2, Log(1, 1, 1, 1, 2));
        cluster.Add(2, configuration, 1, Log(1, 1, 1, 1, 1, 1, 1, 1, 1));
        cluster.Add(3, configuration, 2, Log(1, 1, 1, 1, 2));
        cluster[2].IsDiskStalled = true;
        cluster.Elect(1);
        cluster.Run(2);
        Assert.DoesNotContain(cluster.OnTheWay<AppendAccepted>(2), accepted => accepted.Matched > Index(4));

        cluster[2].CutPower(writesKept, entriesKept);
        cluster[2].IsDiskStalled = false;
        cluster.Restart(2);

        // Whatever the disk kept: no entry of term 1 follows one of term 2, in the core or on the disk.
        var terms = cluster[2].Disk.Durable.Entries.Select(entry => entry.Term).ToList();
        Assert.Equal(terms.Order(), terms);
        Assert.Equal(cluster[2].Disk.Durable.Last, cluster[2].Status.Last);
        cluster.Run(5);
        Assert.Equal(cluster[1].Status.Last, cluster[2].Disk.Durable.Last);
        Assert.Equal(new Term(2), cluster[2].Disk.Durable.TermAt(Index(5)));
    }

    [Fact]
    public void L15_the_new_suffix_is_written_as_a_replacement_of_the_old()
    {
        var cluster = new TestCluster();
        cluster.Add(2, TestCluster.ConfigurationOf([1, 2, 3]), 1, Log(1, 1, 1, 1, 1)).IsDiskStalled = true;
        cluster.Deliver(new AppendRequest(
            TestCluster.IdOf(1), TestCluster.IdOf(2), new Term(2), At(2, 1), new[] { EntryAt(3, 2) }, LogIndex.Zero, 0));
        while (cluster[2].Persist())
        {
        }

        Assert.Equal(At(3, 2), cluster[2].Disk.Durable.Last);
        Assert.Equal(Index(3), cluster.OnTheWay<AppendAccepted>(2, 1).Single().Matched);
    }
}
