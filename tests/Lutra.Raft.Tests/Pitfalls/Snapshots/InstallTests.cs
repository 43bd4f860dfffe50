using Lutra.Raft.Tests.Harness;
using static Lutra.Raft.Tests.Harness.Steps;

namespace Lutra.Raft.Tests.Pitfalls.Snapshots;

public sealed class InstallTests
{
    [Theory]
    [InlineData("done")]
    [InlineData("cut before")]
    [InlineData("cut after")]
    public void S01_a_state_that_the_log_does_not_hold_replaces_the_whole_log(string power)
    {
        // n2 has i1 to i20 of term 1 that nobody else has; the others have a state at i11 of term 2 and no log before it.
        var cluster = Diverged();
        cluster.AreStreamsHeld = true;
        cluster.Heal();
        cluster.RunUntil(() => cluster[2].Arrived is not null, 10);
        if (power == "cut before")
        {
            cluster.CutPower(2);
            cluster.Restart(2);
            Assert.Equal(At(20, 1), cluster[2].Status.Last);
            cluster.RunUntil(() => cluster[2].Arrived is not null, 20);
        }

        cluster.Network.Hold(MessageFilter.Of<AppendRequest>(to: 2));
        cluster[2].FinishInstall();
        if (power == "cut after")
        {
            cluster.CutPower(2);
            cluster.Restart(2);
        }

        // Then its log is empty after the state, and goes on right behind it.
        Assert.Empty(cluster[2].Disk.Durable.Entries);
        Assert.Equal(cluster[2].State.Position, cluster[2].Status.Last);
        Assert.Equal(cluster[2].Status.Last.Index, cluster[2].Status.Applied);
        cluster.AreStreamsHeld = false;
        cluster.Network.Release();
        cluster.RunUntil(() => cluster[2].Status.Last == cluster[1].Status.Last, 10);
        Assert.Equal(cluster.Applied(1), cluster.Applied(2));
    }

    [Fact]
    public void S01_a_log_that_holds_the_position_keeps_what_follows()
    {
        // All hold i1 to i9 of term 1; the others commit them, n2 hears nothing but a state at i5.
        var cluster = new TestCluster();
        var configuration = TestCluster.ConfigurationOf([1, 2, 3]);
        foreach (var number in new[] { 1, 2, 3 })
        {
            cluster.Add(number, configuration, 1, Log([.. Enumerable.Repeat(1, 9)]));
        }

        cluster.Isolate(2);
        cluster.Elect(1);
        cluster.Run(2);
        Assert.Equal(Index(10), cluster[1].Status.Commit);

        cluster[2].Arrived = new StateStream(TestCluster.IdOf(1), TestCluster.IdOf(2), cluster[1].State.At(At(5, 1)));
        cluster[2].FinishInstall();
        Assert.Equal((Index(5), Index(5)), (cluster[2].Status.Commit, cluster[2].Status.Applied));
        Assert.Equal(At(9, 1), cluster[2].Status.Last);
        Assert.Equal(At(9, 1), cluster[2].Disk.Durable.Last);
    }

    [Fact]
    public void S01_a_state_at_or_below_commit_is_answered_and_not_taken()
    {
        var cluster = TestCluster.Of(3);
        cluster.Elect(1);
        cluster.ProposeAll(1, "a", "b", "c");
        cluster.Run(2);
        cluster.Deliver(new SnapshotOffer(
            TestCluster.IdOf(1), TestCluster.IdOf(2), new Term(1), At(3, 1), TestCluster.ConfigurationOf([1, 2, 3])));
        Assert.Null(cluster[2].Arrived);
        Assert.Equal(Index(4), cluster.OnTheWay<AppendAccepted>(2, 1)[^1].Matched);
        Assert.Equal(At(4, 1), cluster[2].Status.Last);
    }

    public static TheoryData<string> Orders => ["012", "021", "102", "120", "201", "210", "0120", "2102", "112200"];

    [Theory]
    [MemberData(nameof(Orders))]
    public void S09_appends_and_a_state_that_cross_on_the_wire_end_alike(string order)
    {
        // n3 has i1 to i5; on their way to it: an append after i3, the offer of a state at i8, an append after i8.
        var cluster = TestCluster.Of(3);
        cluster.Elect(1);
        cluster.ProposeAll(1, [.. Enumerable.Range(2, 4).Select(index => $"e{index}")]);
        cluster.Run(2);
        cluster.Isolate(3);
        cluster.ProposeAll(1, [.. Enumerable.Range(6, 3).Select(index => $"e{index}")]);
        cluster.Settle();
        cluster[1].FlushState();
        cluster[1].CutLog(At(8, 1));
        cluster.Heal();
        cluster.Network.Hold(MessageFilter.Of<SnapshotOffer>());
        cluster.RunUntil(() => cluster.OnTheWay<SnapshotOffer>(1, 3).Count > 0, 10);
        var offer = cluster.OnTheWay<SnapshotOffer>(1, 3)[0];
        cluster.Network.Release();
        cluster.Network.TakeAll(MessageFilter.Any);
        cluster.ProposeAll(1, "e9");
        cluster.Network.TakeAll(MessageFilter.Any);
        var entries = cluster[1].State.History;
        Message[] messages =
        [
            Append(entries, 3, 5), offer, new AppendRequest(
                TestCluster.IdOf(1), TestCluster.IdOf(3), new Term(1), At(8, 1), cluster[1].Disk.Written.After(Index(8)).ToArray(), Index(8), 0),
        ];

        foreach (var which in order)
        {
            cluster.Deliver(messages[which - '0'] with { });
        }

        Assert.Equal(Index(8), cluster[3].Status.Commit);
        cluster.RunUntil(() => cluster[3].Status.Applied == Index(9), 10);
        Assert.Equal(cluster.Applied(1), cluster.Applied(3));
        Assert.Equal(At(9, 1), cluster[3].Disk.Durable.Last);
    }

    private static AppendRequest Append(IReadOnlyList<Entry> entries, int previous, int last) => new(
        TestCluster.IdOf(1), TestCluster.IdOf(3), new Term(1), entries[previous - 1].Position,
        entries.Skip(previous).Take(last - previous).ToArray(), Index(last), 0);

    private static TestCluster Diverged()
    {
        var cluster = new TestCluster();
        var configuration = TestCluster.ConfigurationOf([1, 2, 3]);
        cluster.Add(1, configuration, 1, []);
        cluster.Add(2, configuration, 1, Log([.. Enumerable.Repeat(1, 20)]), vote: 2);
        cluster.Add(3, configuration, 1, []);
        cluster.Isolate(2);
        cluster.Elect(1);
        cluster.ProposeAll(1, [.. Enumerable.Range(2, 10).Select(index => $"e{index}@2")]);
        cluster.Run(2);
        cluster[1].FlushState();
        cluster[1].CutLog(cluster[1].Disk.Applied);
        return cluster;
    }
}
