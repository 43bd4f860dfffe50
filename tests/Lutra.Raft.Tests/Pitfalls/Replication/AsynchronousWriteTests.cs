using Lutra.Raft.Tests.Harness;
using static Lutra.Raft.Tests.Harness.Steps;

namespace Lutra.Raft.Tests.Pitfalls.Replication;

public sealed class AsynchronousWriteTests
{
    [Fact]
    public void L10_the_completion_of_a_replaced_entry_acknowledges_nothing()
    {
        // i5 of term 2 is on its way to n2's disk when the leader of term 3 replaces it; only the first write completes.
        var cluster = WithSlowDisk(Log(1, 1, 1, 1), term: 2);
        cluster.Deliver(Append(1, 2, At(4, 1), EntryAt(5, 2)));
        cluster.Deliver(Append(3, 3, At(4, 1), EntryAt(5, 3)));
        var first = (DiskWrite)cluster[2].Disk.Pending.OfType<LogWrite>().First();
        while (cluster[2].Disk.Pending.Contains(first))
        {
            cluster[2].Persist();
        }

        Assert.Empty(cluster.OnTheWay<AppendAccepted>(2, 3));
        while (cluster[2].Persist())
        {
        }

        Assert.Equal(Index(5), cluster.OnTheWay<AppendAccepted>(2, 3)[^1].Matched);
    }

    [Fact]
    public void L10_not_even_when_the_replacement_is_replaced_again()
    {
        // i5 of terms 2, 3 and 4; each completion speaks for its own write alone.
        var cluster = WithSlowDisk(Log(1, 1, 1, 1), term: 2);
        cluster.Deliver(Append(1, 2, At(4, 1), EntryAt(5, 2), EntryAt(6, 2)));
        cluster.Deliver(Append(3, 3, At(4, 1), EntryAt(5, 3)));
        cluster.Deliver(Append(1, 4, At(4, 1), EntryAt(5, 4), EntryAt(6, 4)));
        var last = (DiskWrite)cluster[2].Disk.Pending.OfType<LogWrite>().Last();
        while (cluster[2].Disk.Pending.Contains(last) && cluster[2].Disk.Pending.First() != last)
        {
            cluster[2].Persist();
            Assert.DoesNotContain(cluster.OnTheWay<AppendAccepted>(2), accepted => accepted.Matched > Index(4));
        }

        cluster[2].Persist();
        Assert.Equal(Index(6), cluster.OnTheWay<AppendAccepted>(2, 1)[^1].Matched);
    }

    [Fact]
    public void L11_a_repeated_append_is_not_acknowledged_before_the_first_is_durable()
    {
        var cluster = WithSlowDisk(Log(1), term: 1);
        var append = Append(1, 1, At(1, 1), EntryAt(2, 1));
        cluster.Deliver(append);
        cluster.Deliver(append with { });
        cluster.Deliver(append with { Entries = default, Previous = At(2, 1) });
        Assert.DoesNotContain(cluster.OnTheWay<AppendAccepted>(2, 1), accepted => accepted.Matched > Index(1));

        cluster[2].Persist();
        Assert.Equal(Index(2), cluster.OnTheWay<AppendAccepted>(2, 1).Max(accepted => accepted.Matched));
    }

    [Fact]
    public void L11_an_append_of_a_new_term_waits_for_the_term_to_be_durable()
    {
        var cluster = WithSlowDisk(Log(1), term: 1);
        cluster.Deliver(Append(1, 2, At(1, 1)));
        Assert.Empty(cluster.OnTheWay<AppendAccepted>(2, 1));
        while (cluster[2].Persist())
        {
        }

        Assert.Equal(Index(1), cluster.OnTheWay<AppendAccepted>(2, 1).Single().Matched);
    }

    [Fact]
    public void L11_what_was_acknowledged_survives_a_power_cut_of_all_nodes_at_any_moment()
    {
        for (var seed = 0; seed < 1000; seed++)
        {
            var random = new Random(seed);
            var cluster = TestCluster.Of(3, seed: seed);
            cluster.Elect(1);
            foreach (var node in cluster.Nodes)
            {
                node.IsDiskStalled = true;
            }

            for (var steps = random.Next(60); steps > 0; steps--)
            {
                Disturb(cluster, random);
            }

            // All at once; each disk keeps some of what was on its way, in order.
            var acknowledged = cluster.Checks.Committed.ToList();
            foreach (var node in cluster.Nodes)
            {
                node.CutPower(random.Next(3), random.Next(3));
                node.IsDiskStalled = false;
            }

            cluster.Network.TakeAll(MessageFilter.Any);
            foreach (var node in cluster.Nodes)
            {
                node.Start();
            }

            var leader = cluster.RunUntilLeader();
            Assert.Equal(acknowledged.Select(entry => entry.Position), leader.State.History.Take(acknowledged.Count).Select(entry => entry.Position));
        }
    }

    private static void Disturb(TestCluster cluster, Random random)
    {
        var number = random.Next(1, 4);
        switch (random.Next(5))
        {
            case 0 when cluster[1].Status.Role == RoleName.Leader:
                cluster.Propose(1, $"{cluster[1].Status.Last.Index}");
                break;
            case 1:
                cluster[number].Persist();
                break;
            case 2:
                cluster.Tick(number);
                break;
            default:
                cluster.DeliverRound(MessageFilter.Between(null, number));
                break;
        }
    }

    private static TestCluster WithSlowDisk(IReadOnlyList<Entry> log, int term)
    {
        var cluster = new TestCluster();
        cluster.Add(2, TestCluster.ConfigurationOf([1, 2, 3]), term, log).IsDiskStalled = true;
        return cluster;
    }

    private static AppendRequest Append(int from, int term, LogPosition previous, params Entry[] entries) =>
        new(TestCluster.IdOf(from), TestCluster.IdOf(2), new Term((ulong)term), previous, entries, LogIndex.Zero, 0);
}
