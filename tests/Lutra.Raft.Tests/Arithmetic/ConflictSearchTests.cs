using FsCheck;
using FsCheck.Fluent;

namespace Lutra.Raft.Tests.Arithmetic;

/// <summary>L08: a leader and a follower that only exchange probes and hints.</summary>
public sealed class ConflictSearchTests
{
    [Fact]
    public void L08_the_search_ends_at_the_last_common_entry_within_one_question_a_term() =>
        Prop.ForAll<byte[], byte[], byte[]>((shared, leaders, followers) =>
        {
            var common = Grow([], shared, 0);
            // Terms are lone leaders' own: what follows the common part has even terms here and odd terms there.
            var (leader, follower) = (History(Grow(common, leaders, 2)), History(Grow(common, followers, 1)));
            var questions = 1;
            var next = leader.Last.Index.Next;
            while (!follower.Holds(new LogPosition(next.Previous, leader.TermAt(next.Previous)!.Value)))
            {
                var hint = ConflictSearch.Hint(follower, next.Previous, LogIndex.Zero);
                var better = ConflictSearch.Next(leader, next.Previous, hint);
                Assert.True(better < next, "Each question is about an earlier entry.");
                Assert.True(better.Value > (ulong)common.Count, "What the logs share is never asked about twice.");
                next = better;
                questions++;
            }

            Assert.Equal((ulong)common.Count, next.Previous.Value);
            Assert.InRange(questions, 1, followers.Length + 2);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0, 1)] // the follower's run of the term begins at 1
    [InlineData(7, 7)] // and everything up to 7 is committed there
    public void A_hint_never_points_below_what_is_committed(ulong commit, ulong expected)
    {
        var follower = History([.. Enumerable.Repeat(1UL, 20)]);
        Assert.Equal(new LogPosition(new LogIndex(expected), new Term(1)), ConflictSearch.Hint(follower, new LogIndex(15), new LogIndex(commit)));
    }

    [Fact]
    public void A_follower_that_is_only_behind_is_found_with_one_question()
    {
        var leader = History([1, 1, 2, 2, 2, 3, 3]);
        var follower = History([1, 1, 2]);
        var hint = ConflictSearch.Hint(follower, new LogIndex(7), LogIndex.Zero);
        Assert.Equal(new LogPosition(new LogIndex(3), new Term(2)), hint);
        Assert.Equal(new LogIndex(4), ConflictSearch.Next(leader, new LogIndex(7), hint));
    }

    [Fact]
    public void Below_the_start_of_the_leaders_log_no_term_is_assumed()
    {
        var leader = new TermHistory(new LogPosition(new LogIndex(100), new Term(5)));
        leader.Append(new LogPosition(new LogIndex(101), new Term(5)));
        var next = ConflictSearch.Next(leader, new LogIndex(101), new LogPosition(new LogIndex(40), new Term(5)));
        Assert.True(next.Previous < leader.Start.Index);
    }

    /// <summary>Runs of up to 32 entries; each run is a later term of the given parity.</summary>
    private static List<ulong> Grow(List<ulong> from, byte[] runs, ulong parity)
    {
        List<ulong> terms = [.. from];
        var term = terms.Count == 0 ? 1 : terms[^1];
        foreach (var run in runs)
        {
            term += 2;
            term += (term % 2) ^ (parity % 2);
            terms.AddRange(Enumerable.Repeat(term, 1 + (run % 32)));
        }

        return terms;
    }

    private static TermHistory History(List<ulong> terms)
    {
        var history = new TermHistory(LogPosition.Zero);
        foreach (var term in terms)
            history.Append(new LogPosition(history.Last.Index.Next, new Term(term)));
        return history;
    }
}
