using System.Collections.Immutable;
using System.Globalization;
using Lutra.Simulation.Checking;

namespace Lutra.Simulation.Tests.Checking;

/// <summary>A history is written as in "0-5 r1=7,8 a1=9": from 0 to 5, list 1 was read as [7 8], then 9 was appended to it. Without an end: unknown.</summary>
public sealed class ListHistoryCheckerTests
{
    [Theory]
    [InlineData("")]
    [InlineData("0-1 r1=")]
    [InlineData("0-1 a1=1", "2-3 r1=1")]
    [InlineData("0-1 a1=1", "2-3 r1=1 a1=2", "4-5 r1=1,2")]
    // Both at once, either way round.
    [InlineData("0-5 a1=1", "0-5 a1=2", "6-7 r1=2,1")]
    // A read that is under way with the append.
    [InlineData("0-5 a1=1", "2-3 r1=", "4-8 r1=1")]
    // Unknown: never, or much later.
    [InlineData("0- a1=1", "2-3 r1=", "9-10 r1=")]
    [InlineData("0- a1=1", "2-3 r1=", "9-10 r1=1")]
    // Two lists in one transaction are seen together.
    [InlineData("0-1 a1=1 a2=2", "2-3 r1=1 r2=2")]
    // Nobody reads what was appended last.
    [InlineData("0-1 a1=1", "2-3 r1=1", "4-5 a1=2")]
    public void What_some_order_explains_is_accepted(params string[] history) => Assert.Null(Check(history));

    [Theory]
    // Lost: acknowledged, and gone from what begins later.
    [InlineData("0-1 a1=1", "2-3 r1=")]
    [InlineData("0-1 a1=1", "0-1 a1=2", "2-3 r1=1")]
    // Twice, invented, in the wrong list.
    [InlineData("0-1 a1=1", "2-3 r1=1,1")]
    [InlineData("0-1 r1=5")]
    [InlineData("0-1 a1=1", "2-3 r2=1")]
    // Two orders.
    [InlineData("0-1 a1=1", "0-1 a1=2", "2-3 r1=1,2", "2-3 r1=2,1")]
    // Old: a read after a newer one had ended.
    [InlineData("0-9 a1=1", "2-3 r1=1", "4-5 r1=")]
    // Appended later, stands before.
    [InlineData("0-1 a1=1", "2-3 a1=2", "4-5 r1=2,1")]
    // Read before it was asked for.
    [InlineData("0-1 r1=1", "2-3 a1=1")]
    // A lost update: both appended to what they read as empty.
    [InlineData("0-9 r1= a1=1", "0-9 r1= a1=2", "10-11 r1=1,2")]
    // Half of a transaction (read skew).
    [InlineData("0-9 a1=1 a2=2", "1-8 r1=1 r2=")]
    // Write skew: each read what the other was to write.
    [InlineData("0-9 r2= a1=1", "0-9 r1= a2=2", "10-11 r1=1 r2=2")]
    // Written in opposite orders (G0).
    [InlineData("0-9 a1=1 a2=2", "0-9 a1=3 a2=4", "10-11 r1=1,3 r2=4,2")]
    // Two readers see two appends in opposite orders (long fork).
    [InlineData("0-9 a1=1", "0-9 a2=2", "1-8 r1=1 r2=", "1-8 r1= r2=2")]
    public void What_no_order_explains_is_refused(params string[] history) => Assert.NotNull(Check(history));

    [Fact]
    public void Random_histories_of_a_store_that_does_one_thing_after_the_other_are_accepted()
    {
        for (var seed = 0; seed < 200; seed++)
            Assert.Null(ListHistoryChecker.Check(Serial(seed)));
    }

    [Fact]
    public void Random_histories_are_refused_when_a_read_that_was_acknowledged_last_is_put_back_in_time()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            // It reads what nobody had asked for yet.
            var history = Serial(seed).ToList();
            var late = history.FindLastIndex(transaction => transaction.Reads.Any(read => read.Elements.Length > 0));
            if (late < 0)
                continue;
            history[late] = history[late] with { Invoked = -1000, Returned = -999 };
            Assert.NotNull(ListHistoryChecker.Check(history));
        }
    }

    [Fact]
    public void Random_histories_are_refused_when_an_acknowledged_append_is_gone_from_all_reads()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var history = Serial(seed).ToList();
            var append = history.Where(transaction => !transaction.IsUnknown).SelectMany(transaction => transaction.Appends).FirstOrDefault();
            if (append == default)
                continue;
            var without = history.Select(transaction => transaction with
            {
                Reads = [.. transaction.Reads.Select(read => read with { Elements = read.Elements.Remove(append.Element) })],
            }).ToList();
            Assert.NotNull(ListHistoryChecker.Check(without));
        }
    }

    private static string? Check(string[] history) => ListHistoryChecker.Check([.. history.Where(line => line.Length > 0).Select(Parse)]);

    // Each takes effect at one moment of its time.
    private static List<ListTransaction> Serial(int seed)
    {
        var random = new Random(seed);
        var lists = Enumerable.Range(0, random.Next(1, 4)).Select(_ => new List<int>()).ToArray();
        var history = new List<ListTransaction>();
        var now = 0L;
        var element = 0;
        for (var left = random.Next(1, 40); left > 0; left--)
        {
            now += random.Next(1, 10);
            var reads = Enumerable.Range(0, lists.Length).Where(_ => random.Next(2) == 0).Select(list => new ListRead(list, [.. lists[list]])).ToImmutableArray();
            var appends = Enumerable.Range(0, lists.Length).Where(_ => random.Next(3) == 0).Select(list => new ListAppend(list, ++element)).ToImmutableArray();
            foreach (var append in appends)
                lists[append.List].Add(append.Element);
            history.Add(new ListTransaction(1, now - random.Next(20), random.Next(8) == 0 ? long.MaxValue : now + random.Next(20), appends, reads));
        }

        history.Add(new ListTransaction(1, now + 50, now + 51, [], [.. lists.Select((list, at) => new ListRead(at, [.. list]))]));
        return [.. history.OrderBy(_ => random.Next())];
    }

    private static ListTransaction Parse(string line)
    {
        var words = line.Split(' ');
        var times = words[0].Split('-');
        var returned = times[1].Length == 0 ? long.MaxValue : long.Parse(times[1], CultureInfo.InvariantCulture);
        var calls = words[1..].Select(word => (Kind: word[0], List: word[1] - '0', Elements: word[3..].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).ToImmutableArray())).ToArray();
        return new ListTransaction(
            1, long.Parse(times[0], CultureInfo.InvariantCulture), returned,
            [.. calls.Where(call => call.Kind == 'a').Select(call => new ListAppend(call.List, call.Elements[0]))],
            [.. calls.Where(call => call.Kind == 'r').Select(call => new ListRead(call.List, call.Elements))]);
    }
}
