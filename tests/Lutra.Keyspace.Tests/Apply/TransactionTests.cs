using Lutra.Keyspace.Tests.Model;
using static Lutra.Keyspace.Tests.Text;

namespace Lutra.Keyspace.Tests;

public sealed class TransactionTests : IDisposable
{
    private readonly KeyspaceBed bed = new();

    private static TransactionOperation If(params Compare[] compares) => new([.. compares], [], []);

    private static TransactionOperation Do(params Operation[] operations) => new([], [.. operations], []);

    private static Compare Created(string key, CompareResult result, long number) => new(Key(key), CompareTarget.CreateRevision, result, number);

    private string Run(TransactionOperation transaction) => AnswerText.Of(bed.Result<TransactionResult>(transaction));

    [Fact]
    public void The_branch_follows_the_compares_and_no_compares_hold()
    {
        bed.Put("k");
        var branches = new TransactionOperation([Created("k", CompareResult.Equal, 0)], [Put("then")], [Put("else")]);
        Assert.Equal("@3 False (@3 put [none])", Run(branches));
        Assert.Equal("@4 True (@4 put [none])", Run(branches with { Compares = [] }));
        Assert.Equal("else= 3/3/1, k= 2/2/1, then= 4/4/1", bed.All());
    }

    [Fact]
    public void All_changes_share_one_revision_and_one_that_changes_nothing_uses_none()
    {
        Assert.Equal("@2 True (@2 put [none]; @2 put [none])", Run(Do(Put("a"), Put("b"))));
        Assert.Equal("@2 True (@2 deleted 0 []; @2 1 [a= 2/2/1])", Run(Do(Delete("x"), Get("a"))));
        Assert.Equal("@2 True ()", Run(Do()));
        Assert.Equal(2, bed.Store.Revision.Value);
    }

    [Fact]
    public void Later_reads_see_earlier_writes_and_name_the_revision_as_it_stands()
    {
        bed.Put("a", "old");
        Assert.Equal(
            "@3 True (@2 1 [a=old 2/2/1]; @2 deleted 0 []; @3 put [a=old 2/2/1]; @3 deleted 0 []; @3 1 [a=new 2/3/2]; @3 1 [a=old 2/2/1])",
            Run(Do(
                Get("a"), Delete("x"), Put("a", "new") with { ReturnPrevious = true }, Delete("x"), new RangeOperation(KeyRange.All), Get("a", revision: 2))));
    }

    [Fact]
    public void Nested_compares_look_at_the_state_before_the_whole_transaction()
    {
        var inner = new TransactionOperation([Created("a", CompareResult.Equal, 0)], [Put("saw none")], [Put("saw a")]);
        Assert.Equal("@2 True (@2 put [none]; @2 True (@2 put [none]))", Run(Do(Put("a"), inner)));
        Assert.Equal("a= 2/2/1, saw none= 2/2/1", bed.All());
    }

    [Fact]
    public void Puts_of_the_whole_path_are_refused_before_its_reads_and_for_the_key_before_the_lease()
    {
        var future = Get("k", revision: 99);
        var noLease = Put("a", "", lease: 5);
        var noKey = noLease with { IgnoreValue = true };
        Assert.Equal(LutraError.LeaseNotFound, bed.Refused(Do(future, Do(noLease))).Error);
        Assert.Equal(LutraError.KeyNotFound, bed.Refused(Do(future, Do(noKey))).Error);
        Assert.Equal(LutraError.LeaseNotFound, bed.Refused(noKey).Error);
        Assert.Equal(LutraError.FutureRevision, bed.Refused(Do(Put("a"), Do(future))).Error);
    }

    [Fact]
    public void The_revision_before_all_others_was_compacted_even_in_a_store_that_never_was() =>
        Assert.Equal(LutraError.Compacted, bed.Refused(Do(Put("a"), Get("k", revision: -1))).Error);

    [Fact]
    public void Only_the_chosen_path_is_checked()
    {
        var untaken = new TransactionOperation([], [Put("k")], [Get("k", revision: 99), Put("x", lease: 5)]);
        Assert.Equal("@2 True (@2 put [none])", Run(untaken));
    }

    [Theory]
    [InlineData("future", LutraError.FutureRevision)]
    [InlineData("compacted", LutraError.Compacted)]
    [InlineData("lease", LutraError.LeaseNotFound)]
    [InlineData("keep value", LutraError.KeyNotFound)]
    [InlineData("keep lease", LutraError.KeyNotFound)]
    public void One_operation_that_cannot_be_done_refuses_all_of_it(string what, LutraError expected)
    {
        for (var i = 0; i < 3; i++)
            bed.Put("k", $"{i}");
        bed.Compact(3);
        Operation bad = what switch
        {
            "future" => Get("k", revision: 5),
            "compacted" => Get("k", revision: 2),
            "lease" => Put("x", lease: 5),
            "keep value" => Put("x") with { IgnoreValue = true },
            _ => Put("x") with { IgnoreLease = true },
        };
        Assert.Equal(expected, bed.Refused(Do(Put("a"), Do(bad))).Error);
        Assert.Equal("k=2 2/4/3", bed.All());
        Assert.Equal(4, bed.Store.Revision.Value);
    }

    [Fact]
    public void A_put_that_keeps_the_value_of_a_key_made_by_the_same_transaction_finds_no_key() =>
        Assert.Equal(LutraError.KeyNotFound, bed.Refused(Do(Put("a"), Put("b") with { IgnoreValue = true })).Error);

    [Theory]
    [InlineData(CompareTarget.Version, 2)]
    [InlineData(CompareTarget.CreateRevision, 2)]
    [InlineData(CompareTarget.ModRevision, 3)]
    [InlineData(CompareTarget.Lease, 0)]
    public void A_compare_asks_how_what_is_stored_stands_to_what_is_given(CompareTarget target, long stored)
    {
        bed.Put("k");
        bed.Put("k");
        foreach (var given in new[] { stored - 1, stored, stored + 1 })
        {
            AssertHolds(stored == given, new Compare(Key("k"), target, CompareResult.Equal, given));
            AssertHolds(stored != given, new Compare(Key("k"), target, CompareResult.NotEqual, given));
            AssertHolds(stored > given, new Compare(Key("k"), target, CompareResult.Greater, given));
            AssertHolds(stored < given, new Compare(Key("k"), target, CompareResult.Less, given));
        }
    }

    [Theory]
    [InlineData("a", 1)]
    [InlineData("m", 0)]
    [InlineData("m\0", -1)]
    [InlineData("", 1)]
    [InlineData("\xff", -1)]
    public void Values_compare_as_unsigned_bytes(string given, int order)
    {
        bed.Put("k", "m");
        AssertHolds(order == 0, new Compare(Key("k"), CompareTarget.Value, CompareResult.Equal, Value: Bytes(given)));
        AssertHolds(order != 0, new Compare(Key("k"), CompareTarget.Value, CompareResult.NotEqual, Value: Bytes(given)));
        AssertHolds(order > 0, new Compare(Key("k"), CompareTarget.Value, CompareResult.Greater, Value: Bytes(given)));
        AssertHolds(order < 0, new Compare(Key("k"), CompareTarget.Value, CompareResult.Less, Value: Bytes(given)));
    }

    [Theory]
    [InlineData("absent", null)]
    [InlineData("gone", null)]
    [InlineData("x", "z")]
    public void An_absent_key_and_an_empty_range_have_the_numbers_0_and_no_value(string from, string? end)
    {
        bed.Put("gone");
        bed.Delete("gone");
        var range = end is null ? Key(from) : Range(from, end);
        foreach (var target in new[] { CompareTarget.Version, CompareTarget.CreateRevision, CompareTarget.ModRevision, CompareTarget.Lease })
        {
            AssertHolds(true, new Compare(range, target, CompareResult.Equal, 0));
            AssertHolds(false, new Compare(range, target, CompareResult.Greater, 0));
            AssertHolds(true, new Compare(range, target, CompareResult.Less, 1));
        }

        foreach (var result in Enum.GetValues<CompareResult>())
            AssertHolds(false, new Compare(range, CompareTarget.Value, result, Value: Bytes("")));
    }

    [Fact]
    public void A_compare_of_a_range_must_hold_for_every_key_in_it()
    {
        bed.Put("a");
        bed.Put("b");
        bed.Put("b");
        AssertHolds(true, new Compare(Range("a", "c"), CompareTarget.Version, CompareResult.Greater, 0));
        AssertHolds(false, new Compare(Range("a", "c"), CompareTarget.Version, CompareResult.Equal, 1));
        AssertHolds(true, new Compare(Range("a", "b"), CompareTarget.Version, CompareResult.Equal, 1));
        AssertHolds(false, new Compare(KeyRange.All, CompareTarget.Version, CompareResult.Equal, 0));
    }

    [Fact]
    public void Overlapping_deletes_delete_a_key_once()
    {
        bed.Put("a");
        bed.Put("b");
        Assert.Equal(
            "@4 True (@4 deleted 1 []; @4 deleted 1 [b= 3/3/1]; @4 0 [])",
            Run(Do(Delete("a"), new DeleteOperation(KeyRange.All, ReturnPrevious: true), new RangeOperation(KeyRange.All))));
    }

    [Fact]
    public void Changes_are_numbered_in_the_order_they_are_made()
    {
        bed.Put("x");
        bed.Put("y");
        Run(Do(Put("z"), new DeleteOperation(Range("x", "z")), Put("a")));
        using var view = bed.Tables.Pin();
        using var cursor = view.OpenCursor();
        List<string> changes = [];
        Span<byte> from = stackalloc byte[TableKeys.RevisionBytes];
        TableKeys.WriteRevision(from, 4, 0);
        for (var found = cursor.Seek(from, ulong.MaxValue); found; found = cursor.Next())
            changes.Add(From(cursor.Value));
        Assert.Equal("z x y a", string.Join(' ', changes));
    }

    [Fact]
    public void Without_a_waiter_the_effects_are_the_same()
    {
        using var other = new KeyspaceBed();
        bed.Put("k");
        Run(Do(Put("a"), If() with { Then = [Delete("k"), new RangeOperation(KeyRange.All)] }));
        foreach (var entry in bed.Log)
            other.Append(entry.Payload, wantResult: false);
        Assert.Equal(bed.Hash(), other.Hash());
    }

    [Fact]
    public void An_answer_that_would_be_too_large_refuses_the_transaction_on_every_node_before_anything_is_written()
    {
        var value = new string('v', 1024 * 1024);
        for (var i = 0; i < 33; i++)
            bed.Put($"k{i:d2}", value);
        var reads = Do(Put("a"), new RangeOperation(KeyRange.All), new RangeOperation(KeyRange.All));
        var payload = bed.Encode(new Commands.WriteCommand(reads));
        Assert.Equal(LutraError.TooLarge, bed.Append(payload, wantResult: true).Refusal?.Error);
        Assert.Equal(LutraError.TooLarge, bed.Append(payload, wantResult: false).Refusal?.Error);
        Assert.Equal("none", bed.Get("a"));
        Assert.Equal(34, bed.Store.Revision.Value);

        Assert.StartsWith("@35 True", Run(reads with { Then = reads.Then.RemoveAt(2) }), StringComparison.Ordinal);
        var limited = new RangeOperation(KeyRange.All, Limit: 20, Sort: SortTarget.ModRevision, Descending: true);
        Assert.StartsWith("@36 True", Run(Do(Put("a"), limited, limited, limited)), StringComparison.Ordinal);
    }

    private void AssertHolds(bool expected, Compare compare) =>
        Assert.Equal(expected, bed.Result<TransactionResult>(If(compare)).Succeeded);

    public void Dispose() => bed.Dispose();
}
