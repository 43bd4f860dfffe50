using Lutra.Raft.Tests.Harness;
using static Lutra.Raft.Tests.Harness.Steps;

namespace Lutra.Raft.Tests.Pitfalls.Replication;

public sealed class TruncationTests
{
    private static readonly Term First = new(1);

    [Fact]
    public void L05_a_reordered_or_shortened_append_does_not_shorten_the_log()
    {
        var cluster = Follower(Log(1, 1), term: 1);
        var first = Append(At(2, 1), [EntryAt(3, 1), EntryAt(4, 1)]);
        cluster.Deliver(first);
        cluster.Deliver(Append(At(4, 1), [EntryAt(5, 1)]));
        Assert.Equal(At(5, 1), cluster[2].Status.Last);

        cluster.Deliver(first);
        cluster.Deliver(first with { Entries = new[] { EntryAt(3, 1) } });
        cluster.Deliver(Append(At(1, 1), []));
        Assert.Equal(At(5, 1), cluster[2].Status.Last);
        Assert.Equal(At(5, 1), cluster[2].Disk.Durable.Last);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    public void L05_a_power_cut_inside_a_replacement_loses_nothing_acknowledged(int writesKept, int entriesKept)
    {
        // n2 holds i3 and i4 of term 1 and gets i3 to i5 of term 2 instead.
        var cluster = Follower(Log(1, 1, 1, 1), term: 1);
        cluster[2].IsDiskStalled = true;
        cluster.Deliver(Append(At(2, 1), [EntryAt(3, 2), EntryAt(4, 2), EntryAt(5, 2)], term: 2));
        Assert.Empty(cluster.OnTheWay<AppendAccepted>());
        cluster[2].CutPower(writesKept, entriesKept);
        cluster[2].IsDiskStalled = false;
        cluster.Restart(2);
        Assert.True(cluster[2].Disk.Durable.Holds(At(2, 1)));
        Assert.Equal(cluster[2].Disk.Durable.Last, cluster[2].Status.Last);
    }

    [Fact]
    public void L05_only_the_part_from_the_first_difference_is_replaced()
    {
        var cluster = Follower(Log(1, 1, 1, 1, 1), term: 1);
        cluster[2].IsDiskStalled = true;
        cluster.Deliver(Append(At(1, 1), [EntryAt(2, 1), EntryAt(3, 1), EntryAt(4, 2)], term: 2));
        var write = Assert.Single(cluster[2].Disk.Pending.OfType<LogWrite>());
        Assert.Equal([At(4, 2)], write.Entries.Select(entry => entry.Position));
        Assert.Equal(At(4, 2), cluster[2].Status.Last);
    }

    [Fact]
    public void L06_a_conflict_at_the_commit_index_stops_the_node_and_touches_nothing()
    {
        var cluster = TestCluster.Of(3);
        cluster.Elect(1);
        cluster.ProposeAll(1, "x=1");
        cluster.Run(2);
        Assert.Equal(Index(2), cluster[2].Status.Commit);

        var forged = new AppendRequest(
            TestCluster.IdOf(3), TestCluster.IdOf(2), new Term(9), At(1, 1), new[] { EntryAt(2, 9) }, Index(2), 0);
        var broken = Assert.ThrowsAny<Exception>(() => cluster.Deliver(forged));
        Assert.IsNotType<SafetyException>(broken);
        Assert.Contains("commit", broken.Message, StringComparison.OrdinalIgnoreCase);
        Assert.True(cluster[2].Disk.Durable.Holds(At(2, 1)));
    }

    [Fact]
    public void L07_what_lies_below_the_snapshot_is_a_match()
    {
        // n2's state contains 1 to 100, its log holds 101 to 110, not committed; an append of the next leader overlaps both.
        var cluster = new TestCluster();
        var n2 = FarAhead(cluster);
        cluster.Deliver(Append(At(90, 1), [.. Enumerable.Range(91, 15).Select(index => EntryAt(index, 1))], term: 2));
        Assert.Equal(At(110, 1), n2.Status.Last);
        Assert.Equal(At(110, 1), n2.Disk.Durable.Last);
        Assert.Equal(Index(105), cluster.OnTheWay<AppendAccepted>(2, 1).Single().Matched);
    }

    [Fact]
    public void L07_and_so_is_an_append_that_ends_below_it()
    {
        var cluster = new TestCluster();
        var n2 = FarAhead(cluster);
        cluster.Deliver(Append(At(90, 1), [EntryAt(91, 1)], term: 2));
        Assert.Empty(cluster.OnTheWay<AppendRejected>());
        Assert.InRange(cluster.OnTheWay<AppendAccepted>(2, 1).Single().Matched.Value, 91UL, 100UL);
        Assert.Equal(At(110, 1), n2.Status.Last);
    }

    private static TestCluster Follower(IReadOnlyList<Entry> log, int term)
    {
        var cluster = new TestCluster();
        cluster.Add(2, TestCluster.ConfigurationOf([1, 2, 3]), term, log);
        return cluster;
    }

    /// <summary>n2 has applied 1 to 100 and cut its log there; 101 to 110 follow.</summary>
    private static TestNode FarAhead(TestCluster cluster)
    {
        var configuration = TestCluster.ConfigurationOf([1, 2, 3]);
        cluster.Add(1, configuration, 0, []);
        cluster.Add(2, configuration, 0, []);
        cluster.Add(3, configuration, 0, []);
        cluster.Elect(1);
        cluster.ProposeAll(1, [.. Enumerable.Range(2, 99).Select(index => $"e{index}@1")]);
        cluster.Run(2);
        cluster[2].FlushState();
        cluster[2].CutLog(At(100, 1));
        cluster.ProposeAll(1, [.. Enumerable.Range(101, 10).Select(index => $"e{index}@1")]);
        cluster.DeliverRound(MessageFilter.Of<AppendRequest>(1, 2));
        cluster.Network.TakeAll(MessageFilter.Any);
        return cluster[2];
    }

    private static AppendRequest Append(LogPosition previous, Entry[] entries, int term = 1) =>
        new(TestCluster.IdOf(1), TestCluster.IdOf(2), term == 1 ? First : new Term((ulong)term), previous, entries, LogIndex.Zero, 0);
}
