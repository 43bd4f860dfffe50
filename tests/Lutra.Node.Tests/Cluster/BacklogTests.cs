using System.Globalization;
using Lutra.Keyspace.Commands;
using Lutra.Simulation.Cluster;
using static Lutra.Node.Tests.Cluster.Requests;

namespace Lutra.Node.Tests.Cluster;

/// <summary>A node that cannot keep up, under load.</summary>
public sealed class BacklogTests
{
    private const int BacklogBytesMax = 20_000;
    private const int ValueBytes = 500;

    [Fact]
    public void F06_what_waits_to_be_applied_is_bounded_and_holds_up_nobody_else()
    {
        var cluster = Started(11, 3, options => options with { ApplyBacklogBytesMax = BacklogBytesMax, MemtableBytes = 4 * 1024, ElectionTimeoutMillis = 1000 });
        var leader = cluster.Leader!;
        var term = leader.Loop!.Replica!.Raft.Term;
        var slow = cluster.Nodes.First(node => node != leader);
        // Its tables cannot be written as fast as they fill.
        slow.Disk.LatencyMax = TimeSpan.FromMilliseconds(400);
        var (done, largest) = (0, 0L);
        for (var number = 0; number < 600; number++)
        {
            leader.Requests.Write(new WriteCommand(new PutOperation(Bytes(number.ToString(CultureInfo.InvariantCulture)), new byte[ValueBytes])), null, ending => done += ending.IsDone ? 1 : 0);
            cluster.Scheduler.RunFor(TimeSpan.FromMilliseconds(10));
            largest = Math.Max(largest, slow.Loop!.Replica!.ApplyBacklogBytes);
        }

        Assert.True(cluster.Scheduler.RunUntil(() => done == 600, TimeSpan.FromSeconds(5)), $"Only {done} writes were done.");
        Assert.Same(leader, cluster.Leader);
        Assert.Equal(term, leader.Loop!.Replica!.Raft.Term);
        Assert.True(largest > BacklogBytesMax / 2, $"It kept up: at most {largest} bytes waited.");
        // What one append brings may go beyond the limit, and no more than that.
        Assert.InRange(largest, 0, BacklogBytesMax + new Lutra.Raft.RaftOptions().AppendBytesMax);

        slow.Disk.LatencyMax = TimeSpan.FromMilliseconds(1);
        Assert.True(cluster.Converge(Long));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void X04_R02_a_leader_that_stood_still_answers_nothing_of_before(ulong seed)
    {
        var cluster = Started(seed, 3);
        var paused = cluster.Leader!;
        cluster.MustPut(paused, "key", "old");
        var answers = new List<Ending>();
        paused.Pause();
        Assert.True(cluster.Scheduler.RunUntil(() => cluster.Leader is { IsPaused: false } leader && leader.Loop!.Replica!.Raft.CommittedInTerm, Long));
        cluster.MustPut(cluster.Nodes.First(node => node != paused && node.Loop!.Replica!.Raft.Role == Lutra.Raft.RoleName.Leader), "key", "new");
        // Asked in the very moment in which it goes on: it has not heard of the other leader yet.
        paused.Resume();
        paused.Requests.Read(new RangeOperation(KeyRange.Single(Bytes("key"))), answers.Add);
        Assert.True(cluster.Scheduler.RunUntil(() => answers.Count == 1, Long));
        Assert.True(answers[0].Result is not RangeResult found || Bytes("new").AsSpan().SequenceEqual(found.KeyValues[0].Value.Span), "It answered with the old value.");
    }
}
