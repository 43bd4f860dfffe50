using static Lutra.Keyspace.Tests.Text;

namespace Lutra.Keyspace.Tests;

public sealed class PutAndDeleteTests : IDisposable
{
    private readonly KeyspaceBed bed = new();

    [Fact]
    public void An_empty_store_is_at_revision_1_and_the_first_write_makes_2()
    {
        Assert.Equal(1, bed.Store.Revision.Value);
        Assert.Equal(2, bed.Put("a").Revision.Value);
        Assert.Equal(2, bed.Store.Revision.Value);
    }

    [Fact]
    public void A_key_keeps_its_create_revision_and_counts_its_versions_until_it_is_deleted()
    {
        bed.Put("k", "1");
        bed.Put("other");
        bed.Put("k", "2");
        Assert.Equal("k=2 2/4/2", bed.Get("k"));

        bed.Delete("k");
        Assert.Equal("none", bed.Get("k"));

        bed.Put("k", "3");
        Assert.Equal("k=3 6/6/1", bed.Get("k"));
    }

    [Fact]
    public void A_put_of_the_same_value_is_a_revision_too()
    {
        bed.Put("k", "v");
        Assert.Equal(3, bed.Put("k", "v").Revision.Value);
        Assert.Equal("k=v 2/3/2", bed.Get("k"));
    }

    [Fact]
    public void A_put_answers_with_what_was_there_if_asked()
    {
        Assert.Null(bed.Result<PutResult>(Put("k", "1") with { ReturnPrevious = true }).Previous);
        Assert.Equal("k=1 2/2/1", Of(bed.Result<PutResult>(Put("k", "2") with { ReturnPrevious = true }).Previous));
        Assert.Null(bed.Put("k", "3").Previous);
        bed.Delete("k");
        Assert.Null(bed.Result<PutResult>(Put("k", "4") with { ReturnPrevious = true }).Previous);
    }

    [Fact]
    public void A_put_can_keep_the_value_and_is_still_a_version()
    {
        bed.Put("k", "v");
        bed.Result<PutResult>(Put("k") with { IgnoreValue = true });
        Assert.Equal("k=v 2/3/2", bed.Get("k"));
        bed.Result<PutResult>(Put("k", "w") with { IgnoreLease = true });
        Assert.Equal("k=w 2/4/3", bed.Get("k"));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_put_that_keeps_something_needs_the_key(bool value, bool lease)
    {
        bed.Put("gone");
        bed.Delete("gone");
        foreach (var key in new[] { "never", "gone" })
            Assert.Equal(LutraError.KeyNotFound, bed.Refused(Put(key) with { IgnoreValue = value, IgnoreLease = lease }).Error);
        Assert.Equal(3, bed.Store.Revision.Value);
    }

    [Fact]
    public void A_put_with_a_lease_that_is_not_there_writes_nothing()
    {
        Assert.Equal(LutraError.LeaseNotFound, bed.Refused(Put("k", "v", lease: 5)).Error);
        Assert.Equal(1, bed.Store.Revision.Value);
        Assert.Equal("none", bed.Get("k"));
    }

    [Fact]
    public void A_delete_that_hits_nothing_uses_no_revision_and_names_the_current_one()
    {
        bed.Put("a");
        var missed = bed.Delete("b");
        Assert.Equal((2, 0), (missed.Revision.Value, missed.Deleted));
        Assert.Equal(2, bed.Store.Revision.Value);

        var hit = bed.Delete("a");
        Assert.Equal((3, 1), (hit.Revision.Value, hit.Deleted));
        Assert.Equal(0, bed.Delete("a").Deleted);
    }

    [Theory]
    [InlineData("a", "c", "a b")]
    [InlineData("b", "", "b c d")]
    [InlineData("", "", "a b c d")]
    [InlineData("c", "a", "")]
    [InlineData("b", "b", "")]
    [InlineData("aa", "bb", "b")]
    public void A_delete_of_a_range_answers_with_what_it_deleted_in_the_order_of_keys(string from, string end, string expected)
    {
        foreach (var key in new[] { "d", "b", "a", "c" })
            bed.Put(key, key);
        var result = bed.Result<DeleteResult>(new DeleteOperation(Range(from, end), ReturnPrevious: true));
        Assert.Equal(expected, string.Join(' ', result.Previous.Select(found => From(found.Key))));
        Assert.Equal(result.Previous.Length, result.Deleted);
        Assert.Equal(expected.Length > 0 ? 6 : 5, result.Revision.Value);
        Assert.Equal(4 - result.Deleted, bed.Range(new RangeOperation(KeyRange.All)).Count);
    }

    [Fact]
    public void A_delete_of_many_keys_is_one_revision()
    {
        for (var i = 0; i < 3000; i++)
            bed.Put($"key{i:d5}", "value");
        Assert.Equal((3002, 3000), (bed.Result<DeleteResult>(new DeleteOperation(KeyRange.All)) is var all ? all.Revision.Value : 0, all.Deleted));
        Assert.Equal("", bed.All());
        Assert.Equal(3000, bed.Range(new RangeOperation(KeyRange.All, Revision: new Revision(3001))).Count);
    }

    [Fact]
    public void Without_a_waiter_the_effects_are_the_same_and_no_result_is_built()
    {
        var applied = bed.Append(bed.Encode(new Commands.WriteCommand(Put("k", "v") with { ReturnPrevious = true })), wantResult: false);
        Assert.Null(applied.Result);
        Assert.Null(applied.Refusal);
        Assert.Equal("k=v 2/2/1", bed.Get("k"));
    }

    [Fact]
    public void Effects_are_visible_to_readers_only_once_published_and_a_pinned_view_never_changes()
    {
        bed.Put("k", "old");
        using var before = bed.Store.Pin();
        bed.Append(bed.Encode(new Commands.WriteCommand(Put("k", "new"))), publish: false);
        Assert.Equal("k=old 2/2/1", bed.Get("k"));
        Assert.Equal(2, bed.Store.Revision.Value);

        bed.Store.Publish();
        Assert.Equal("k=new 2/3/2", bed.Get("k"));
        Assert.Equal("k=old 2/2/1", Of(before.Range(Get("k")).KeyValues.Single()));
        Assert.Equal(2, before.Revision.Value);
        Assert.Equal(1ul, before.Applied.Index.Value);
    }

    [Fact]
    public void One_batch_may_write_a_key_many_times()
    {
        for (var i = 0; i < 5; i++)
            bed.Append(bed.Encode(new Commands.WriteCommand(Put("k", $"{i}"))), publish: false);
        bed.Store.Publish();
        Assert.Equal("k=4 2/6/5", bed.Get("k"));
        Assert.Equal("k=1 2/3/2", bed.Get("k", revision: 3));
    }

    public void Dispose() => bed.Dispose();
}
