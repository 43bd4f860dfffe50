using Lutra.Raft.Tests.Harness;
using static Lutra.Raft.Tests.Harness.Steps;

namespace Lutra.Raft.Tests.Pitfalls.Proposals;

public sealed class ProposalTests
{
    [Fact]
    public void C03_another_entry_at_the_index_shows_by_its_term()
    {
        // n1 appends for a client and is cut off; n2 leads and puts another entry at the same index.
        var cluster = TestCluster.Of(3);
        cluster.Elect(1);
        cluster.Run(2);
        cluster.Isolate(1);
        var lost = cluster.Propose(1, "lost").Position;
        cluster.Elect(2);
        cluster.ProposeAll(2, "kept");
        cluster.Run(2);
        cluster.Heal();
        cluster.Run(5);

        // n1 applies what is there, and can tell that it is not what the client proposed.
        var there = cluster[1].State.History.Single(entry => entry.Index == lost.Index);
        Assert.NotEqual(lost.Term, there.Term);
        Assert.Equal(["kept"], cluster.Applied(1));
    }

    [Fact]
    public void C03_each_proposal_learns_its_own_position()
    {
        var cluster = TestCluster.Of(3);
        cluster.Elect(1);
        var positions = Enumerable.Range(2, 5).Select(index => cluster.Propose(1, $"e{index}").Position).ToList();
        Assert.Equal([.. Enumerable.Range(2, 5).Select(index => At(index, 1))], positions);
        cluster.Run(2);
        Assert.All(positions, position =>
            Assert.Equal($"e{position.Index}", TraceText.Payload(cluster[2].State.History.Single(entry => entry.Position == position))));
    }

    [Fact]
    public void C04_stepping_down_answers_all_waiting_reads_in_one_step()
    {
        var cluster = TestCluster.Of(3);
        cluster.Elect(1);
        cluster.Run(2);
        cluster.Network.Hold(MessageFilter.Between(null, 1));
        var reads = Enumerable.Range(0, 1000).Select(_ => cluster.Read(1)).ToList();
        Assert.Empty(cluster[1].Reads);
        cluster.Deliver(new Heartbeat(TestCluster.IdOf(2), TestCluster.IdOf(1), new Term(2), LogIndex.Zero, 0));
        Assert.Equal(reads, cluster[1].Reads.Keys);
        Assert.All(cluster[1].Reads.Values, index => Assert.Null(index));
    }

    [Fact]
    public void F01_proposals_beyond_the_uncommitted_bytes_are_refused_until_some_commit()
    {
        var options = new RaftOptions { UncommittedBytesMax = 10 * (Entry.OverheadBytes + 3) };
        var cluster = TestCluster.Of(3, options: options);
        cluster.Elect(1);
        cluster.Run(2);
        for (var accepted = 0; accepted < 10; accepted++)
        {
            cluster.ProposeAll(1, "abc");
        }

        Assert.Equal(ProposeOutcome.Overloaded, cluster.Propose(1, "abc").Outcome);
        cluster.Settle();
        Assert.Equal(ProposeOutcome.Appended, cluster.Propose(1, "abc").Outcome);
    }

    [Theory]
    [InlineData(99, true)]
    [InlineData(100, true)]
    [InlineData(101, false)]
    public void F02_an_entry_beyond_the_limit_is_refused_before_it_is_appended(int bytes, bool fits)
    {
        var cluster = TestCluster.Of(3, options: new RaftOptions { EntryBytesMax = 100 });
        cluster.Elect(1);
        cluster.Run(2);
        Assert.Equal(fits ? ProposeOutcome.Appended : ProposeOutcome.TooLarge, cluster.Propose(1, new string('x', bytes)).Outcome);
        Assert.Equal(Index(fits ? 2 : 1), cluster[1].Status.Last.Index);
    }

    [Fact]
    public void A_follower_names_the_leader()
    {
        var cluster = TestCluster.Of(3);
        Assert.Equal((ProposeOutcome.NotLeader, null), (cluster.Propose(2, "x").Outcome, cluster.Propose(2, "x").Leader));
        cluster.Elect(1);
        var result = cluster.Propose(2, "x");
        Assert.Equal((ProposeOutcome.NotLeader, TestCluster.IdOf(1)), (result.Outcome, result.Leader!.Value));
    }
}
