using System.Collections.Concurrent;
using Lutra.Node.Hosting;
using Lutra.Node.Loop;
using Lutra.Storage.Scheduling;
using static Lutra.Node.Tests.Cluster.Requests;

namespace Lutra.Node.Tests.Cluster;

/// <summary>An exception where none is expected ends the node, with what it was; nothing goes on half (pitfall X05).</summary>
public sealed class StageFailureTests
{
    [Fact]
    public void X05_an_entry_that_cannot_be_applied_stops_the_nodes_and_nothing_after_it_is_acknowledged()
    {
        var cluster = Started(seed: 1, nodes: 3);
        cluster.MustPut(cluster.Nodes[0], "name", "otter");
        var leader = cluster.Leader!;
        leader.Loop!.Post(new ActionInput(loop => loop.Replica!.Raft.Propose("not a command"u8.ToArray())));
        Simulation.Cluster.Ending? after = null;
        leader.Requests.Write(new Keyspace.Commands.WriteCommand(new PutOperation(Bytes("after"), Bytes("x"))), null, ending => after = ending);
        Assert.True(cluster.Scheduler.RunUntil(() => cluster.Nodes.All(node => !node.IsUp), Long), "A node goes on over what it could not apply.");
        Assert.False(after is { IsDone: true });
        foreach (var node in cluster.Nodes)
        {
            var failure = Assert.IsType<FormatException>(node.Failure);
            Assert.Contains(node.Told, line => line.What.EndsWith($"stopped: {failure.Message}", StringComparison.Ordinal));
        }

        // It is not skipped after a restart either.
        leader.Start();
        cluster.Nodes.First(node => node != leader).Start();
        Assert.True(cluster.Scheduler.RunUntil(() => leader.Failure is not null, Long));
    }

    [Theory]
    [InlineData(StageKind.Prompt)]
    [InlineData(StageKind.LogWriter)]
    [InlineData(StageKind.Background)]
    public void X05_a_stage_that_throws_is_told_of_once_and_never_steps_again(StageKind kind)
    {
        var failures = new BlockingCollection<(IStage Stage, Exception Exception)>();
        var stage = new FailingStage(kind);
        using (var scheduler = new ThreadScheduler((failed, exception) => failures.Add((failed, exception))))
        {
            scheduler.Ready(stage);
            Assert.True(failures.TryTake(out var failure, TimeSpan.FromSeconds(120)), "Nobody is told.");
            Assert.Same(stage, failure.Stage);
            Assert.Equal("the stage broke", failure.Exception.Message);
            scheduler.Ready(stage);

            // Another stage of the same kind still gets its turns, which comes after whatever the first would have got.
            var other = new FailingStage(kind);
            scheduler.Ready(other);
            Assert.True(failures.TryTake(out failure, TimeSpan.FromSeconds(120)), "Others are held up by it.");
            Assert.Same(other, failure.Stage);
        }

        Assert.Equal(1, stage.Steps);
        Assert.Empty(failures);
    }

    private sealed class FailingStage(StageKind kind) : IStage
    {
        private int steps;

        public int Steps => Volatile.Read(ref steps);

        public string Name => "failing";

        public StageKind Kind => kind;

        public bool Step()
        {
            Interlocked.Increment(ref steps);
            throw new InvalidOperationException("the stage broke");
        }
    }
}
