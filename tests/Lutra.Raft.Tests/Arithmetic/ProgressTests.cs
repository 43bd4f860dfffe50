using FsCheck;
using FsCheck.Fluent;

namespace Lutra.Raft.Tests.Arithmetic;

public sealed class ProgressTests
{
    [Fact]
    public void A_probe_asks_once_and_again_without_entries_at_the_next_heartbeat()
    {
        var progress = At(next: 8);
        progress.Sent(new LogIndex(9), 100);
        Assert.Equal((true, true, 8UL), (progress.IsPaused, progress.IsAskedAgain, progress.Next.Value));
        progress.Beat();
        Assert.Equal((false, true), (progress.IsPaused, progress.IsAskedAgain));
    }

    [Fact]
    public void An_accepted_probe_begins_the_replication_where_the_follower_is()
    {
        var progress = At(next: 8);
        progress.Sent(new LogIndex(9), 100);
        Assert.True(progress.Accepted(new LogIndex(9)));
        Assert.Equal((ProgressState.Replicate, 9UL, 10UL), (progress.State, progress.Matched.Value, progress.Next.Value));
    }

    [Fact]
    public void L04_no_more_is_matched_than_was_shown()
    {
        var progress = At(next: 3);
        progress.Sent(new LogIndex(2), 0);
        Assert.True(progress.Accepted(new LogIndex(6)));
        Assert.Equal(new LogIndex(2), progress.Matched);
    }

    [Theory]
    [InlineData(7UL, 3UL, 3UL)] // the open question: goes back
    [InlineData(6UL, 3UL, 8UL)] // another one: nothing
    [InlineData(7UL, 0UL, 1UL)] // never to 0
    public void L09_only_the_answer_to_the_open_question_counts(ulong previous, ulong next, ulong expected)
    {
        var progress = At(next: 8);
        progress.Sent(new LogIndex(7), 0);
        progress.Rejected(new LogIndex(previous), new LogIndex(next));
        Assert.Equal(expected, progress.Next.Value);
    }

    [Fact]
    public void L08_a_rejection_never_leads_below_what_is_matched()
    {
        var progress = Replicating(matched: 5);
        progress.Sent(new LogIndex(9), 100);
        progress.Rejected(new LogIndex(8), new LogIndex(2));
        Assert.Equal((ProgressState.Probe, 6UL), (progress.State, progress.Next.Value));
    }

    [Fact]
    public void S06_a_state_that_arrived_ends_the_wait_for_it_and_an_older_answer_does_not()
    {
        var progress = Replicating(matched: 5);
        progress.SnapshotStarted(new LogIndex(50), nowTick: 0);
        Assert.False(progress.Accepted(new LogIndex(5)));
        Assert.Equal(ProgressState.Snapshot, progress.State);
        Assert.True(progress.Accepted(new LogIndex(50)));
        Assert.Equal((ProgressState.Replicate, 51UL), (progress.State, progress.Next.Value));
    }

    [Fact]
    public void What_was_sent_and_not_answered_since_the_last_heartbeat_is_asked_about()
    {
        var progress = Replicating(matched: 5);
        progress.Sent(new LogIndex(6), 10);
        progress.Beat();
        progress.Beat();
        Assert.True(progress.CheckDue);
        progress.Accepted(new LogIndex(6));
        progress.Beat();
        Assert.False(progress.CheckDue);
    }

    [Fact]
    public void L09_whatever_answers_come_matched_never_falls_and_next_stays_above_it() =>
        Prop.ForAll<(byte Kind, byte Index, byte Other)[]>(steps =>
        {
            var progress = At(next: 20);
            var matched = LogIndex.Zero;
            foreach (var (kind, index, other) in steps)
            {
                var at = new LogIndex((ulong)index % 40);
                switch (kind % 8)
                {
                    case 0 or 1: progress.Accepted(at); break;
                    case 2: progress.Rejected(at, new LogIndex((ulong)other % 40)); break;
                    case 3: progress.Sent(new LogIndex(progress.Next.Value + ((ulong)other % 4)), other); break;
                    case 4: progress.Beat(); break;
                    case 5: progress.BecomeProbe(); break;
                    case 6: progress.SnapshotStarted(at, nowTick: 1); break;
                    default: progress.BecomeSnapshot(nowTick: 1); break;
                }

                Assert.True(progress.Matched >= matched);
                Assert.True(progress.Next > progress.Matched);
                Assert.True(progress.Matched <= progress.ShownUpTo);
                matched = progress.Matched;
            }
        }).QuickCheckThrowOnFailure();

    private static Progress At(ulong next) => new(new NodeId(2), new LogIndex(next), new InflightWindow(4, 1000), nowTick: 0);

    private static Progress Replicating(ulong matched)
    {
        var progress = At(matched + 1);
        progress.Sent(new LogIndex(matched), 0);
        progress.Accepted(new LogIndex(matched));
        Assert.Equal(ProgressState.Replicate, progress.State);
        return progress;
    }
}
