using FsCheck;
using FsCheck.Fluent;
using Lutra.Client.Retry;

namespace Lutra.Client.Tests.Retry;

public sealed class EndpointTurnsTests
{
    [Fact]
    public void Without_hints_they_go_round()
    {
        var turns = new EndpointTurns(3, first: 1);
        var asked = new List<int>();
        for (var turn = 0; turn < 7; turn++, turns.Next(null))
            asked.Add(turns.Current);
        Assert.Equal([1, 2, 0, 1, 2, 0, 1], asked);
    }

    [Fact]
    public void Whatever_the_hints_everybody_has_one_turn_a_round()
    {
        var hints = Gen.ListOf(Gen.Choose(-1, 4));
        var runs = from count in Gen.Choose(1, 5) from first in Gen.Choose(0, count - 1) from named in hints select (count, first, named);
        Prop.ForAll(runs.ToArbitrary(), run =>
        {
            var turns = new EndpointTurns(run.count, run.first);
            var asked = new List<int>();
            foreach (var hint in run.named)
            {
                asked.Add(turns.Current);
                turns.Next(hint >= 0 && hint < run.count ? hint : null);
            }

            return asked.Chunk(run.count).All(round => round.Distinct().Count() == round.Length);
        }).QuickCheckThrowOnFailure();
    }
}
