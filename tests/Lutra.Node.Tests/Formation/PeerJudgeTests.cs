using Lutra.Node.Identity;
using Lutra.Node.Peers;
using Lutra.Raft;

namespace Lutra.Node.Tests.Formation;

public sealed class PeerJudgeTests
{
    private static readonly Configuration Members = Subject.DraftOf(1, 1, 1, 2, 3).Configuration;

    [Fact]
    public void D11_a_label_that_is_bound_to_another_node_is_refused_with_what_to_do()
    {
        var judge = new PeerJudge();
        Assert.Null(judge.Judge(Subject.HelloOf(2, FormationStage.Begun), Members, Members, LogIndex.Zero));
        var refusal = judge.Judge(Subject.HelloOf(12, FormationStage.Begun), Members, Members, LogIndex.Zero);
        Assert.Contains("Id 2 is bound to another data folder (node 2) than yours (node c)", refusal, StringComparison.Ordinal);
        Assert.Contains("lutra member replace 2", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void M11_a_removed_node_is_refused_once_its_label_belongs_to_another()
    {
        var judge = new PeerJudge();
        var without = Subject.DraftOf(1, 1, 1, 12, 3).Configuration;
        Assert.NotNull(judge.Judge(Subject.HelloOf(2, FormationStage.Begun), without, without, LogIndex.Zero));
    }

    [Theory]
    [InlineData(4, "a later one holds, and may have given it the label")]
    [InlineData(2, "it was removed, and is told so")]
    public void M12_a_label_is_judged_only_by_one_who_knows_as_much(ulong theirs, string because)
    {
        var hello = Subject.HelloOf(12, FormationStage.Begun) with { ConfigurationIndex = new LogIndex(theirs) };
        Assert.True(new PeerJudge().Judge(hello, Members, Members, new LogIndex(3)) is null, because);
        Assert.NotNull(new PeerJudge().Judge(hello, Members, Members, new LogIndex(theirs)));
    }

    [Fact]
    public void M12_who_was_just_taken_in_judges_nobody_by_members_that_it_has_not_seen()
    {
        var leader = Subject.HelloOf(12, FormationStage.Begun) with { ConfigurationIndex = new LogIndex(9) };
        Assert.Null(new PeerJudge().Judge(leader, Members, Members, LogIndex.Zero));
    }

    [Fact]
    public void A_node_that_has_not_begun_is_heard_so_that_it_can_be_told()
    {
        var judge = new PeerJudge();
        Assert.Null(judge.Judge(Subject.HelloOf(12), Members, Members, LogIndex.Zero));
        Assert.Null(judge.Judge(Subject.HelloOf(12, FormationStage.Drafted), Members, Members, LogIndex.Zero));
    }

    [Fact]
    public void A_node_that_this_one_may_not_know_yet_is_judged_by_consensus_not_here() =>
        Assert.Null(new PeerJudge().Judge(Subject.HelloOf(4, FormationStage.Begun), Members, Members, LogIndex.Zero));

    [Fact]
    public void D11_a_boot_counter_that_went_back_is_refused()
    {
        var judge = new PeerJudge();
        var hello = Subject.HelloOf(2, FormationStage.Begun);
        Assert.Null(judge.Judge(hello with { Boots = 7 }, Members, Members, LogIndex.Zero));
        Assert.Null(judge.Judge(hello with { Boots = 7 }, Members, Members, LogIndex.Zero));
        var refusal = judge.Judge(hello with { Boots = 6 }, Members, Members, LogIndex.Zero);
        Assert.Contains("it was started 6 times, and was met here at its start number 7", refusal, StringComparison.Ordinal);
        Assert.Null(judge.Judge(hello with { Boots = 8 }, Members, Members, LogIndex.Zero));
        Assert.Null(judge.Judge(Subject.HelloOf(3, FormationStage.Begun), Members, Members, LogIndex.Zero));
    }

    [Fact]
    public void D11_another_process_under_the_same_start_number_is_refused()
    {
        var judge = new PeerJudge();
        var hello = Subject.HelloOf(2, FormationStage.Begun) with { Boots = 7, Run = 1 };
        Assert.Null(judge.Judge(hello, Members, Members, LogIndex.Zero));
        Assert.Null(judge.Judge(hello, Members, Members, LogIndex.Zero));
        var refusal = judge.Judge(hello with { Run = 2 }, Members, Members, LogIndex.Zero);
        Assert.Contains("this is its start number 7, and another process was met here under that number", refusal, StringComparison.Ordinal);
        Assert.Null(judge.Judge(hello with { Boots = 8, Run = 2 }, Members, Members, LogIndex.Zero));
    }
}
