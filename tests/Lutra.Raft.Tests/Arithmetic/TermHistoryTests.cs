using FsCheck;
using FsCheck.Fluent;

namespace Lutra.Raft.Tests.Arithmetic;

/// <summary>Against a plain list of one term an entry.</summary>
public sealed class TermHistoryTests
{
    [Fact]
    public void It_answers_as_a_plain_list_of_terms_does_through_appends_truncations_and_cuts() =>
        Prop.ForAll<(byte Kind, byte Amount)[]>(steps =>
        {
            var start = new LogPosition(new LogIndex(10), new Term(2));
            var history = new TermHistory(start);
            List<ulong> plain = [];
            var first = 11UL;
            var startTerm = 2UL;
            foreach (var (kind, amount) in steps)
            {
                switch (kind % 4)
                {
                    case 0 or 1:
                        plain.Add((plain.Count == 0 ? startTerm : plain[^1]) + (amount % 3u / 2));
                        history.Append(new LogPosition(new LogIndex(first + (ulong)plain.Count - 1), new Term(plain[^1])));
                        break;
                    case 2 when plain.Count > 0:
                        var kept = amount % plain.Count;
                        plain.RemoveRange(kept, plain.Count - kept);
                        history.TruncateFrom(new LogIndex(first + (ulong)kept));
                        break;
                    case 3 when plain.Count > 0:
                        var cut = 1 + (amount % plain.Count);
                        startTerm = plain[cut - 1];
                        plain.RemoveRange(0, cut);
                        first += (ulong)cut;
                        history.CutTo(new LogPosition(new LogIndex(first - 1), new Term(startTerm)));
                        break;
                    default:
                        break;
                }

                AssertEqual(history, plain, first, startTerm);
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_summary_of_runs_is_read_back_however_far_it_reaches_below_the_start()
    {
        var history = new TermHistory(new LogPosition(new LogIndex(6), new Term(2)));
        history.AppendRuns(
            [new TermRun(new LogIndex(1), new Term(1)), new TermRun(new LogIndex(5), new Term(2)), new TermRun(new LogIndex(9), new Term(4))],
            new LogPosition(new LogIndex(12), new Term(4)));
        Assert.Equal([2UL, 2, 2, 4, 4, 4, 4], Enumerable.Range(6, 7).Select(index => history.TermAt(new LogIndex((ulong)index))!.Value.Value));
        Assert.Null(history.TermAt(new LogIndex(5)));
        Assert.Null(history.TermAt(new LogIndex(13)));
    }

    [Fact]
    public void A_summary_that_does_not_reach_the_applied_position_is_refused() =>
        Assert.Throws<InvariantBrokenException>(
            () => new TermHistory(LogPosition.Zero).AppendRuns([], new LogPosition(new LogIndex(3), new Term(1))));

    private static void AssertEqual(TermHistory history, List<ulong> plain, ulong first, ulong startTerm)
    {
        Assert.Equal(first - 1, history.Start.Index.Value);
        Assert.Equal(first - 1 + (ulong)plain.Count, history.Last.Index.Value);
        Assert.Equal(startTerm, history.TermAt(history.Start.Index)!.Value.Value);
        for (var i = 0; i < plain.Count; i++)
        {
            var index = new LogIndex(first + (ulong)i);
            Assert.Equal(plain[i], history.TermAt(index)!.Value.Value);
            Assert.Equal(first + (ulong)plain.IndexOf(plain[i]), history.FirstOfTermAt(index).Value);
            for (var term = 0UL; term <= plain[^1] + 1; term++)
            {
                var best = plain.FindLastIndex(i, one => one <= term);
                var expected = best >= 0 ? first + (ulong)best : startTerm <= term ? first - 1 : first - 2;
                Assert.Equal(expected, history.LastWithTermAtMost(new Term(term), index).Value);
            }
        }
    }
}
