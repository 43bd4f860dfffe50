using Lutra.Keyspace.Commands;
using Lutra.Keyspace.Tests.Model;
using static Lutra.Keyspace.Tests.Text;

namespace Lutra.Keyspace.Tests;

public sealed class SessionTests : IDisposable
{
    private const ulong Session = 77;

    private readonly KeyspaceBed bed = new(KeyspaceBed.MergesAlways);

    private void Open(ulong session = Session, long ttlMillis = 10_000) => Assert.Null(bed.Do(new OpenSessionCommand(session, ttlMillis)).Refusal);

    private AppliedEntry Put(ulong sequence, string key = "k", ulong session = Session) =>
        bed.Do(new WriteCommand(Text.Put(key, $"{sequence}") with { ReturnPrevious = true }), session, sequence);

    private IReadOnlyList<ExpiredSession> Expired(long atMillis, int countMax = 100)
    {
        using var view = bed.Store.Pin();
        return view.ExpiredSessions(atMillis, countMax);
    }

    [Fact]
    public void C01_a_repeat_gets_the_same_answer_and_has_no_effect()
    {
        Open();
        bed.Put("k", "before");
        var first = Put(1);
        Put(2, "other");
        var again = Put(1);
        Assert.Equal(AnswerText.Of(first), AnswerText.Of(again));
        Assert.Equal("@3 put [k=before 2/2/1]", AnswerText.Of(again));
        Assert.Equal("k=1 2/3/2", bed.Get("k"));
        Assert.Equal(4, bed.Store.Revision.Value);
    }

    [Fact]
    public void C01_a_repeat_of_a_refused_command_is_refused_again_even_where_it_could_now_be_done()
    {
        Open();
        var keep = new WriteCommand(Text.Put("k") with { IgnoreValue = true });
        var refusal = KeyspaceBed.Refused(bed.Do(keep, Session, 1));
        bed.Put("k");
        Assert.Equal(refusal, KeyspaceBed.Refused(bed.Do(keep, Session, 1)));
        Assert.Equal("k= 2/2/1", bed.Get("k"));
    }

    [Fact]
    public void C01_a_repeat_after_restart_merge_and_carried_over_state_gets_the_same_answer()
    {
        Open();
        var transaction = new WriteCommand(new TransactionOperation(
            [], [Text.Put("k", "v"), new TransactionOperation([], [new RangeOperation(KeyRange.All)], []), new DeleteOperation(Key("x"), true)], []));
        var first = AnswerText.Of(bed.Do(transaction, Session, 1));
        Assert.Equal("@2 True (@2 put [none]; @2 True (@2 1 [k=v 2/2/1]); @2 deleted 0 [])", first);
        var compacted = AnswerText.Of(bed.Do(new CompactCommand(new Revision(2)), Session, 2));

        bed.Merge();
        bed.ReopenTables();
        Assert.Equal(first, AnswerText.Of(bed.Do(transaction, Session, 1)));

        bed.Flush();
        using var other = new KeyspaceBed(KeyspaceBed.Small, seed: 2);
        other.Install(bed);
        Assert.Equal(first, AnswerText.Of(other.Do(transaction, Session, 1)));
        Assert.Equal(compacted, AnswerText.Of(other.Do(new CompactCommand(new Revision(2)), Session, 2)));
        Assert.Equal(2, other.Store.Revision.Value);
    }

    [Fact]
    public void C01_a_sequence_behind_the_window_is_refused_and_never_done_again()
    {
        Open();
        Put(1);
        Put(KeyspaceLimits.SessionWindow);
        Assert.Equal("@2 put [none]", AnswerText.Of(Put(1)));

        Put(KeyspaceLimits.SessionWindow + 1);
        Assert.Equal(LutraError.SessionExpired, KeyspaceBed.Refused(Put(1)).Error);
        Assert.Equal("@5 put [k=257 2/4/3]", AnswerText.Of(Put(2)));
        Assert.Equal("k=2 2/5/4", bed.Get("k"));
    }

    [Fact]
    public void Sequences_may_come_in_any_order_within_the_window()
    {
        Open();
        Assert.Equal("@2 put [none]", AnswerText.Of(Put(3)));
        Assert.Equal("@3 put [k=3 2/2/1]", AnswerText.Of(Put(1)));
        Assert.Equal("@2 put [none]", AnswerText.Of(Put(3)));
        Assert.Equal("@3 put [k=3 2/2/1]", AnswerText.Of(Put(1)));
    }

    [Fact]
    public void A_session_that_was_not_opened_or_has_ended_does_nothing()
    {
        Assert.Equal(LutraError.SessionExpired, KeyspaceBed.Refused(Put(1)).Error);
        Open();
        Put(1);
        Assert.Null(bed.Do(new CloseSessionCommand(Session)).Refusal);
        Assert.Equal(LutraError.SessionExpired, KeyspaceBed.Refused(Put(1)).Error);
        Assert.Equal(LutraError.SessionExpired, KeyspaceBed.Refused(Put(2)).Error);
        Assert.Null(bed.Do(new CloseSessionCommand(Session)).Refusal);
        Assert.Equal(2, bed.Store.Revision.Value);
    }

    [Fact]
    public void An_ended_session_is_not_opened_again_by_a_late_duplicate_until_a_day_of_the_log_has_passed()
    {
        Open();
        Put(1);
        bed.Do(new CloseSessionCommand(Session));
        bed.TimeMillis += KeyspaceLimits.EndedSessionMillis - 1;
        Assert.Equal(LutraError.SessionExpired, KeyspaceBed.Refused(bed.Do(new OpenSessionCommand(Session, 5_000))).Error);
        bed.Merge();
        bed.TimeMillis = 1_000_000 + KeyspaceLimits.EndedSessionMillis;
        Open();

        // What the earlier session of that number kept is void.
        Assert.Equal("@3 put [k=1 2/2/1]", AnswerText.Of(Put(1)));
    }

    [Fact]
    public void Sessions_expire_by_the_logs_time_since_their_last_use()
    {
        Open(5, ttlMillis: 10_000);
        Open(9, ttlMillis: 20_000);
        Open(ulong.MaxValue, ttlMillis: 10_000);
        bed.TimeMillis += 4_000;
        Put(1, session: 5);

        Assert.Empty(Expired(1_010_000));
        Assert.Equal([new ExpiredSession(ulong.MaxValue, 1_000_000)], Expired(1_010_001));
        Assert.Equal([new ExpiredSession(5, 1_004_000), new ExpiredSession(ulong.MaxValue, 1_000_000)], Expired(1_014_001));
        Assert.Equal([new ExpiredSession(5, 1_004_000)], Expired(1_030_000, countMax: 1));
        Assert.Equal(3, Expired(1_030_000).Count);

        bed.Do(new CloseSessionCommand(9));
        Assert.Equal(2, Expired(1_030_000).Count);
    }

    [Fact]
    public void A_session_found_expired_goes_on_if_it_was_used_since()
    {
        Open();
        var seen = Assert.Single(Expired(1_020_000));
        bed.TimeMillis += 15_000;
        Put(1);
        Assert.Equal(
            LutraError.InvalidArgument, KeyspaceBed.Refused(bed.Do(new CloseSessionCommand(Session, seen.LastUsedMillis))).Error);
        Assert.Null(Put(2).Refusal);
        Assert.Null(bed.Do(new CloseSessionCommand(Session, bed.TimeMillis)).Refusal);
        Assert.NotNull(Put(3).Refusal);
    }

    [Fact]
    public void Opening_an_open_session_is_a_sign_of_life_and_keeps_its_answers()
    {
        Open(ttlMillis: 10_000);
        Put(1);
        bed.TimeMillis += 5_000;
        Open(ttlMillis: 3_000);
        Assert.Empty(Expired(1_008_000));
        Assert.Single(Expired(1_008_001));
        Assert.Equal("@2 put [none]", AnswerText.Of(Put(1)));
    }

    [Fact]
    public void C06_the_logs_time_never_goes_back()
    {
        Open();
        bed.TimeMillis = 5;
        Put(1);
        Assert.Equal(1_000_000, bed.Store.LogTimeMillis);
        Assert.Equal([new ExpiredSession(Session, 1_000_000)], Expired(2_000_000));
        bed.TimeMillis = -7;
        bed.Put("x");
        Assert.Equal(1_000_000, bed.Store.LogTimeMillis);
    }

    [Fact]
    public void F01_the_number_of_open_sessions_has_a_limit()
    {
        for (ulong session = 1; session <= (ulong)KeyspaceLimits.SessionsMax; session++)
            Open(session);
        Assert.Equal(LutraError.Overloaded, KeyspaceBed.Refused(bed.Do(new OpenSessionCommand(20_000, 5_000))).Error);
        Open(3);
        bed.Do(new CloseSessionCommand(7));
        Open(20_000);
        Assert.Equal(LutraError.Overloaded, KeyspaceBed.Refused(bed.Do(new OpenSessionCommand(20_001, 5_000))).Error);
    }

    [Fact]
    public void Merges_forget_answers_behind_the_window_and_those_of_ended_sessions()
    {
        Open(5);
        Open(6);
        for (ulong sequence = 1; sequence <= 10; sequence++)
        {
            Put(sequence, session: 5);
            Put(sequence, session: 6);
        }

        Put(KeyspaceLimits.SessionWindow + 4, session: 5);
        bed.Do(new CloseSessionCommand(6));
        bed.Merge();
        var left = bed.TableEntries().Where(entry => entry.Key[0] == TableKeys.Sessions).Select(entry =>
            entry.Key.Length == TableKeys.SessionBytes ? $"{TableKeys.ReadSession(entry.Key)}:" : $"{TableKeys.ReadSequence(entry.Key)}");
        Assert.Equal("5: 5 6 7 8 9 10 260 6:", string.Join(' ', left));

        bed.TimeMillis += KeyspaceLimits.EndedSessionMillis;
        bed.Merge();
        Assert.DoesNotContain(bed.TableEntries(), entry => entry.Key[0] == TableKeys.Sessions && TableKeys.ReadSession(entry.Key) == 6);
    }

    [Fact]
    public void Merges_forget_what_an_earlier_session_of_the_same_number_kept()
    {
        Open();
        Put(1);
        Put(2);
        bed.Do(new CloseSessionCommand(Session));
        bed.TimeMillis += KeyspaceLimits.EndedSessionMillis;
        Open();
        Put(2);
        bed.Merge();
        var left = bed.TableEntries().Where(entry => entry.Key.Length == TableKeys.AnswerBytes && entry.Key[0] == TableKeys.Sessions);
        Assert.Equal([2ul], left.Select(entry => TableKeys.ReadSequence(entry.Key)));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void The_mark_of_an_ended_session_is_kept_while_an_older_table_may_hold_it_open(bool includesOldest, bool isKept)
    {
        var pass = new KeyspaceMergePass(includesOldest);
        var (state, ended, key) = (new ByteWriter(), new ByteWriter(), new byte[TableKeys.SessionBytes]);
        (StateRecord.Initial with { TimeMillis = KeyspaceLimits.EndedSessionMillis }).Write(state);
        new SessionRecord(IsOpen: false, OpenedAt: 1, TtlMillis: 5_000, LastUsedMillis: 0, HighestSequence: 3).Write(ended);
        TableKeys.WriteSession(key, Session);
        Assert.True(pass.Keep(TableKeys.State, 9, state.Written));
        Assert.Equal(isKept, pass.Keep(key, 5, ended.Written));
    }

    public void Dispose() => bed.Dispose();
}
