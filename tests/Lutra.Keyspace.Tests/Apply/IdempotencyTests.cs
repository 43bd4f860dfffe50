using Lutra.Keyspace.Commands;
using Lutra.Keyspace.Tests.Model;
using static Lutra.Keyspace.Tests.Text;

namespace Lutra.Keyspace.Tests;

public sealed class IdempotencyTests : IDisposable
{
    private readonly KeyspaceBed bed = new(KeyspaceBed.MergesAlways);

    private AppliedEntry Put(string idempotencyKey, string value = "v") =>
        bed.Do(new WriteCommand(Text.Put("k", value) with { ReturnPrevious = true }), key: idempotencyKey);

    [Fact]
    public void A_repeat_gets_the_same_answer_and_has_no_effect()
    {
        bed.Put("k", "before");
        Assert.Equal("@3 put [k=before 2/2/1]", AnswerText.Of(Put("once")));
        bed.Put("k", "after");
        Assert.Equal("@3 put [k=before 2/2/1]", AnswerText.Of(Put("once")));
        Assert.Equal("k=after 2/4/3", bed.Get("k"));
        Assert.Equal("@5 put [k=after 2/4/3]", AnswerText.Of(Put("twice")));
    }

    [Fact]
    public void A_repeat_is_answered_to_the_one_who_asks_now()
    {
        var first = Put("once");
        var again = Put("once");
        Assert.NotEqual(first.Proposal, again.Proposal);
    }

    [Fact]
    public void Another_request_under_the_same_key_is_refused()
    {
        Put("once");
        Assert.Equal(LutraError.IdempotencyKeyReused, KeyspaceBed.Refused(Put("once", "other")).Error);
        Assert.Equal(LutraError.IdempotencyKeyReused, KeyspaceBed.Refused(bed.Do(new CompactCommand(new Revision(1)), key: "once")).Error);
        Assert.Equal("k=v 2/2/1", bed.Get("k"));
        Assert.Equal("@2 put [none]", AnswerText.Of(Put("once")));
    }

    [Fact]
    public void A_refusal_is_an_answer_too()
    {
        var keep = new WriteCommand(Text.Put("k") with { IgnoreValue = true });
        var refusal = KeyspaceBed.Refused(bed.Do(keep, key: "once"));
        bed.Put("k");
        Assert.Equal(refusal, KeyspaceBed.Refused(bed.Do(keep, key: "once")));
    }

    [Fact]
    public void C01_a_repeat_after_restart_merge_and_carried_over_state_gets_the_same_answer()
    {
        bed.Put("k", "before");
        var first = AnswerText.Of(Put("once"));
        bed.Merge();
        bed.ReopenTables(powerCut: new Random(1));
        Assert.Equal(first, AnswerText.Of(Put("once")));

        bed.Flush();
        using var other = new KeyspaceBed(KeyspaceBed.Small, seed: 2);
        other.Install(bed);
        Assert.Equal(first, AnswerText.Of(other.Do(new WriteCommand(Text.Put("k", "v") with { ReturnPrevious = true }), key: "once")));
        Assert.Equal(
            LutraError.IdempotencyKeyReused, KeyspaceBed.Refused(other.Do(new WriteCommand(Text.Put("k", "w")), key: "once")).Error);
    }

    [Theory]
    [InlineData(KeyspaceLimits.IdempotencyMillis - 1, true)]
    [InlineData(KeyspaceLimits.IdempotencyMillis, false)]
    public void A_key_is_remembered_for_a_day_of_the_log(long laterMillis, bool isRemembered)
    {
        Put("once");
        bed.TimeMillis += laterMillis;
        Assert.Equal(isRemembered ? "@2 put [none]" : "@3 put [k=v 2/2/1]", AnswerText.Of(Put("once")));
        if (isRemembered)
            return;

        // It counts anew from its second use.
        bed.TimeMillis += KeyspaceLimits.IdempotencyMillis - 1;
        Assert.Equal("@3 put [k=v 2/2/1]", AnswerText.Of(Put("once")));
    }

    [Fact]
    public void The_last_hundred_thousand_keys_are_remembered()
    {
        using var large = new KeyspaceBed();
        AppliedEntry Delete(int number, bool publish) => large.Append(
            large.Encode(new WriteCommand(Text.Delete("x") with { ReturnPrevious = true }), key: $"{number}"), publish: publish);

        large.Put("x");
        Assert.Equal("@3 deleted 1 [x= 2/2/1]", AnswerText.Of(Delete(0, publish: true)));
        for (var i = 1; i < (int)KeyspaceLimits.IdempotencyKeysMax; i++)
            Delete(i, publish: i % 1000 == 0);
        Assert.Equal("@3 deleted 1 [x= 2/2/1]", AnswerText.Of(Delete(0, publish: true)));

        Delete((int)KeyspaceLimits.IdempotencyKeysMax, publish: true);
        Assert.Equal("@3 deleted 0 []", AnswerText.Of(Delete(0, publish: true)));
    }

    [Fact]
    public void Merges_forget_what_no_longer_counts()
    {
        Put("old");
        bed.TimeMillis += 1_000;
        Put("young");
        bed.TimeMillis += KeyspaceLimits.IdempotencyMillis - 1_000;
        bed.Merge();
        var left = bed.TableEntries().Where(entry => entry.Key[0] == TableKeys.Idempotency).Select(entry => From(entry.Key.AsMemory(1)));
        Assert.Equal(["young"], left);
    }

    // The answer to a put with its previous value: what is kept may take 64 KiB, of which key, value and overheads count.
    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void An_answer_too_large_to_be_kept_refuses_the_request_before_anything_is_done(int beyond, bool fits)
    {
        var value = new string('v', KeyspaceLimits.KeptAnswerBytesMax - KeyspaceLimits.KeyValueOverheadBytes - 1 - 32 + beyond);
        bed.Put("k", value);
        var applied = Put("once");
        Assert.Equal(fits ? null : LutraError.TooLarge, applied.Refusal?.Error);
        Assert.Equal(fits ? 3 : 2, bed.Store.Revision.Value);
        Assert.Equal(AnswerText.Of(applied), AnswerText.Of(Put("once")));
    }

    [Fact]
    public void A_small_part_of_a_large_range_can_be_kept()
    {
        for (var i = 0; i < 100; i++)
            bed.Put($"lock/{i:d3}", new string('v', 1_000));
        var prefix = KeyRange.Prefix(Bytes("lock/"));
        var first = new RangeOperation(prefix, Limit: 1, Sort: SortTarget.CreateRevision);
        Assert.Null(bed.Do(new WriteCommand(new TransactionOperation([], [Text.Put("lock/x", "w"), first], [])), key: "lock").Refusal);
        Assert.Null(bed.Do(new WriteCommand(new DeleteOperation(prefix)), key: "unlock").Refusal);
        Assert.Null(bed.Do(new WriteCommand(new TransactionOperation([], [new RangeOperation(prefix, CountOnly: true)], [])), key: "count").Refusal);
    }

    public void Dispose() => bed.Dispose();
}
