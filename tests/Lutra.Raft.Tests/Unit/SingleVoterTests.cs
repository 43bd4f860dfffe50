namespace Lutra.Raft.Tests.Unit;

public sealed class SingleVoterTests
{
    private static readonly NodeId Self = new(1);

    private static RaftNode Fresh() => new(
        Self,
        new RaftOptions(),
        new Recovered(
            default,
            LogPosition.Zero,
            new Configuration([new Member(new MemberId(1), Self, "1", "", "", MemberRole.Voter)], []),
            LogPosition.Zero,
            [],
            []),
        new Random(1));

    [Fact]
    public void A_voter_alone_leads_at_the_next_tick_once_its_vote_is_durable()
    {
        var node = Fresh();
        node.Campaign();
        node.Tick();
        var hardState = node.TakeOutput().HardState;
        Assert.Equal(new HardState(new Term(1), Self), hardState);
        Assert.Equal(RoleName.Candidate, node.Role);

        node.HardStatePersisted(hardState!.Value);
        Assert.Equal(RoleName.Leader, node.Role);
    }

    [Fact]
    public void It_commits_and_reads_once_its_log_is_durable()
    {
        var node = Fresh();
        node.Campaign();
        node.Tick();
        node.HardStatePersisted(node.TakeOutput().HardState!.Value);
        Assert.Equal(ProposeOutcome.Appended, node.Propose(new byte[] { 1 }).Outcome);
        node.RequestRead(7);

        var output = node.TakeOutput();
        Assert.Equal(2, output.EntriesToPersist.Count);
        Assert.Empty(output.EntriesToApply);
        Assert.Empty(output.Reads);

        node.LogPersisted(output.EntriesToPersist[^1].Position);
        output = node.TakeOutput();
        Assert.Equal([1UL, 2UL], output.EntriesToApply.Select(entry => entry.Index.Value));
        Assert.Equal([new ReadAnswer(7, new LogIndex(2))], output.Reads);
        node.Applied(new LogIndex(2));
        Assert.True(node.TakeOutput().IsEmpty);
    }
}
