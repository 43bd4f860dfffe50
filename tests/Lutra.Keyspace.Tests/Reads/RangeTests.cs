using static Lutra.Keyspace.Tests.Text;

namespace Lutra.Keyspace.Tests;

public sealed class RangeTests : IDisposable
{
    private readonly KeyspaceBed bed = new();

    public RangeTests()
    {
        // Revision:     2    3    4    5    6    7
        bed.Put("b", "3");
        bed.Put("a", "1");
        bed.Put("d", "2");
        bed.Put("c", "4");
        bed.Put("a", "5");
        bed.Delete("d");
    }

    private static RangeOperation All => new(KeyRange.All);

    [Theory]
    [InlineData("a", null, "a")]
    [InlineData("x", null, "")]
    [InlineData("a", "c", "a b")]
    [InlineData("a", "b\0", "a b")]
    [InlineData("b", "", "b c")]
    [InlineData("", "", "a b c")]
    [InlineData("", "b", "a")]
    [InlineData("c", "b", "")]
    [InlineData("b", "b", "")]
    [InlineData("\0", "", "a b c")]
    public void A_range_holds_its_start_and_not_its_end(string from, string? end, string expected)
    {
        var range = end is null ? Key(from) : Range(from, end);
        var result = bed.Range(new RangeOperation(range));
        Assert.Equal(expected, Keys(result));
        Assert.Equal(result.KeyValues.Length, result.Count);
        Assert.False(result.More);
    }

    [Fact]
    public void K02_what_was_there_before_a_change_is_left_out_where_that_was_compacted_away()
    {
        bed.Put("k", "1");
        bed.Put("k", "2");
        bed.Put("k", "3");
        bed.Put("k", "4");
        bed.Compact(10);
        using var view = bed.Store.Pin();
        using var changes = view.ChangesFrom(new Revision(10));
        Assert.Null(changes.Read(withPrevious: true).Previous);
        changes.Next();
        Assert.Equal("k=3 8/10/3", Of(changes.Read(withPrevious: true).Previous));
    }

    [Fact]
    public void A_prefix_of_0xff_bytes_reaches_to_the_end_of_the_store()
    {
        foreach (var key in new[] { "\xff", "\xff\xff", "\xff\0", "\xfe" })
            bed.Put(key);
        Assert.Equal("\xff \xff\0 \xff\xff", Keys(bed.Range(new RangeOperation(KeyRange.Prefix(Bytes("\xff"))))));
        Assert.Equal("\xff\xff", Keys(bed.Range(new RangeOperation(KeyRange.Prefix(Bytes("\xff\xff"))))));
    }

    [Theory]
    [InlineData(1, "")]
    [InlineData(2, "b=3 2/2/1")]
    [InlineData(4, "a=1 3/3/1, b=3 2/2/1, d=2 4/4/1")]
    [InlineData(6, "a=5 3/6/2, b=3 2/2/1, c=4 5/5/1, d=2 4/4/1")]
    [InlineData(7, "a=5 3/6/2, b=3 2/2/1, c=4 5/5/1")]
    [InlineData(0, "a=5 3/6/2, b=3 2/2/1, c=4 5/5/1")]
    public void Every_revision_can_be_read_and_the_answer_names_the_current_one(long revision, string expected)
    {
        Assert.Equal(expected, bed.All(revision));
        Assert.Equal(7, bed.Range(All with { Revision = new Revision(revision) }).Revision.Value);
    }

    [Fact]
    public void A_revision_that_is_not_there_yet_is_refused()
    {
        var refusal = Assert.Throws<LutraException>(() => bed.Get("a", revision: 8));
        Assert.Equal(LutraError.FutureRevision, refusal.Error);
    }

    [Theory]
    [InlineData(1, "a", true)]
    [InlineData(2, "a b", true)]
    [InlineData(3, "a b c", false)]
    [InlineData(4, "a b c", false)]
    [InlineData(long.MaxValue, "a b c", false)]
    public void A_limit_cuts_and_says_so_and_does_not_touch_the_count(long limit, string expected, bool more)
    {
        var result = bed.Range(All with { Limit = limit });
        Assert.Equal((expected, 3, more), (Keys(result), result.Count, result.More));
    }

    [Fact]
    public void Counting_only_ignores_limit_and_filters()
    {
        var result = bed.Range(All with { CountOnly = true, Limit = 1, MinModRevision = new Revision(6) });
        Assert.Equal((0, 3, false), (result.KeyValues.Length, result.Count, result.More));
    }

    [Fact]
    public void Keys_only_leaves_the_values_out_and_keeps_the_rest() =>
        Assert.Equal("a= 3/6/2, b= 2/2/1, c= 5/5/1", Of(bed.Range(All with { KeysOnly = true }).KeyValues));

    [Theory]
    [InlineData(5, 0, 0, 0, "a c")]
    [InlineData(6, 0, 0, 0, "a")]
    [InlineData(0, 5, 0, 0, "b c")]
    [InlineData(5, 5, 0, 0, "c")]
    [InlineData(0, 0, 3, 0, "a c")]
    [InlineData(0, 0, 0, 3, "a b")]
    [InlineData(0, 0, 3, 3, "a")]
    [InlineData(7, 0, 0, 0, "")]
    public void Filters_are_inclusive_and_do_not_touch_the_count(long minMod, long maxMod, long minCreate, long maxCreate, string expected)
    {
        var result = bed.Range(All with
        {
            MinModRevision = new Revision(minMod),
            MaxModRevision = new Revision(maxMod),
            MinCreateRevision = new Revision(minCreate),
            MaxCreateRevision = new Revision(maxCreate),
        });
        Assert.Equal((expected, 3), (Keys(result), result.Count));
    }

    [Theory]
    [InlineData(SortTarget.Key, false, 0, "a b c")]
    [InlineData(SortTarget.Key, true, 0, "c b a")]
    [InlineData(SortTarget.Version, false, 0, "b c a")]
    [InlineData(SortTarget.Version, true, 0, "a b c")]
    [InlineData(SortTarget.CreateRevision, false, 0, "b a c")]
    [InlineData(SortTarget.CreateRevision, true, 1, "c")]
    [InlineData(SortTarget.ModRevision, false, 2, "b c")]
    [InlineData(SortTarget.ModRevision, true, 2, "a c")]
    [InlineData(SortTarget.Value, false, 0, "b c a")]
    [InlineData(SortTarget.Value, true, 2, "a c")]
    public void Sorting_comes_before_the_limit(SortTarget sort, bool descending, long limit, string expected)
    {
        var result = bed.Range(All with { Sort = sort, Descending = descending, Limit = limit });
        Assert.Equal((expected, limit > 0), (Keys(result), result.More));
    }

    [Fact]
    public void Keys_only_still_sorts_by_the_real_values() =>
        Assert.Equal("b= 2/2/1, c= 5/5/1, a= 3/6/2", Of(bed.Range(All with { Sort = SortTarget.Value, KeysOnly = true }).KeyValues));

    [Theory]
    [InlineData(SortTarget.ModRevision)]
    [InlineData(SortTarget.CreateRevision)]
    public void A_limited_sort_of_many_keys_finds_the_same_as_a_whole_one(SortTarget sort)
    {
        var random = new Random(5);
        for (var i = 0; i < 500; i++)
            bed.Put($"k{random.Next(300):d3}");
        var whole = bed.Range(All with { Sort = sort });
        var limited = bed.Range(All with { Sort = sort, Limit = 7 });
        Assert.Equal(Of(whole.KeyValues.Take(7)), Of(limited.KeyValues));
        Assert.Equal(whole.Count, limited.Count);
    }

    [Fact]
    public void An_answer_beyond_its_bound_is_refused_and_one_at_it_is_not()
    {
        using var view = bed.Store.Pin();
        // Three keys of one byte with a value of one byte.
        const int answerBytes = 3 * (2 + KeyspaceLimits.KeyValueOverheadBytes);
        Assert.Equal(3, view.Range(All, answerBytes).KeyValues.Length);
        Assert.Equal(3, view.Range(All, answerBytes + 1).KeyValues.Length);
        var refusal = Assert.Throws<LutraException>(() => view.Range(All, answerBytes - 1));
        Assert.Equal(LutraError.TooLarge, refusal.Error);

        // With a limit, a sort holds no more than it answers with.
        Assert.Equal("b", Keys(view.Range(All with { Sort = SortTarget.CreateRevision, Limit = 1 }, answerBytes / 3)));
        Assert.Equal(3, view.Range(All with { CountOnly = true }, answerBytesMax: 0).Count);
    }

    [Fact]
    public void Keys_with_many_versions_are_passed_over_by_seeking()
    {
        for (var i = 0; i < 50; i++)
        {
            bed.Put("m", $"{i}");
            bed.Put("n", $"{i}");
        }

        Assert.Equal("a=5 3/6/2, b=3 2/2/1, c=4 5/5/1, m=0 8/8/1", bed.All(revision: 8));
        Assert.Equal("a=5 3/6/2, b=3 2/2/1, c=4 5/5/1, m=49 8/106/50, n=49 9/107/50", bed.All());
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public void A_read_that_makes_no_sense_is_refused(string? from)
    {
        var range = from is null ? All with { Limit = -1 } : new RangeOperation(Key(from));
        Assert.Equal(LutraError.InvalidArgument, Assert.Throws<LutraException>(() => bed.Range(range)).Error);
    }

    [Fact]
    public void Keys_of_any_bytes_are_different_keys_in_unsigned_order()
    {
        using var other = new KeyspaceBed();
        string[] keys = ["\0", "\0\0", "a", "a\0", "a/b", "a//b", "\x7f", "\x80", "\xff", "\xff\0", new string('k', KeyspaceLimits.KeyBytesMax)];
        foreach (var key in keys.Reverse())
            other.Put(key, key.Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(
            keys.Order(StringComparer.Ordinal), other.Range(new RangeOperation(KeyRange.All)).KeyValues.Select(found => From(found.Key)));
        foreach (var key in keys)
            Assert.StartsWith($"{key}={key.Length} ", other.Get(key), StringComparison.Ordinal);
    }

    public void Dispose() => bed.Dispose();
}
