using Lutra.Keyspace.Commands;
using static Lutra.Keyspace.Tests.Text;

namespace Lutra.Keyspace.Tests;

public sealed class CommandRulesTests
{
    private static LutraError? Check(Operation operation) => OperationRules.Check(operation)?.Error;

    private static TransactionOperation Then(params Operation[] operations) => new([], [.. operations], []);

    private static TransactionOperation Else(params Operation[] operations) => new([], [], [.. operations]);

    private static TransactionOperation Either(Operation then, Operation otherwise) => new([], [then], [otherwise]);

    [Fact]
    public void Every_key_has_at_least_one_byte()
    {
        Assert.Equal(LutraError.InvalidArgument, Check(Put("")));
        Assert.Equal(LutraError.InvalidArgument, Check(Delete("")));
        Assert.Equal(LutraError.InvalidArgument, Check(Get("")));
        Assert.Equal(LutraError.InvalidArgument, Check(new TransactionOperation([new Compare(Key(""), default, default)], [], [])));
        Assert.Null(Check(new DeleteOperation(KeyRange.All)));
        Assert.Null(Check(new RangeOperation(KeyRange.Prefix(default))));
    }

    [Theory]
    [InlineData(KeyspaceLimits.KeyBytesMax - 1, true)]
    [InlineData(KeyspaceLimits.KeyBytesMax, true)]
    [InlineData(KeyspaceLimits.KeyBytesMax + 1, false)]
    public void F01_keys_and_ends_of_ranges_have_a_limit(int length, bool fits)
    {
        var key = new string('k', length);
        LutraError? expected = fits ? null : LutraError.TooLarge;
        Assert.Equal(expected, Check(Put(key)));
        Assert.Equal(expected, Check(Delete(key)));
        Assert.Equal(expected, Check(Get(key)));
        Assert.Equal(expected, Check(new RangeOperation(Range("a", key))));
        Assert.Equal(expected, Check(new TransactionOperation([new Compare(Key(key), default, default)], [], [])));
    }

    [Theory]
    [InlineData(KeyspaceLimits.CommandBytesMax - 1, true)]
    [InlineData(KeyspaceLimits.CommandBytesMax, true)]
    [InlineData(KeyspaceLimits.CommandBytesMax + 1, false)]
    public void F01_F02_requests_have_a_limit_that_is_asked_before_they_are_proposed(int length, bool fits) =>
        Assert.Equal(fits, CommandRules.CheckSize(length) is null);

    [Fact]
    public void A_put_does_not_keep_what_it_brings()
    {
        Assert.Equal(LutraError.InvalidArgument, Check(Put("k", "v") with { IgnoreValue = true }));
        Assert.Equal(LutraError.InvalidArgument, Check(Put("k", "v", lease: 1) with { IgnoreLease = true }));
        Assert.Null(Check(Put("k", "", lease: 1) with { IgnoreValue = true }));
        Assert.Null(Check(Put("k", "v") with { IgnoreLease = true }));
    }

    [Fact]
    public void Negative_numbers_and_unknown_targets_are_refused()
    {
        var range = new RangeOperation(Key("k"));
        var negative = new Revision(-1);
        Assert.All(
            [
                range with { Limit = -1 }, range with { Revision = new Revision(-2) }, range with { MinModRevision = negative },
                range with { MaxModRevision = negative }, range with { MinCreateRevision = negative }, range with { MaxCreateRevision = negative },
                range with { Sort = (SortTarget)5 }, range with { Sort = (SortTarget)(-1) },
            ],
            bad => Assert.Equal(LutraError.InvalidArgument, Check(bad)));
        Assert.Equal(LutraError.InvalidArgument, Check(new TransactionOperation([new Compare(Key("k"), (CompareTarget)5, default)], [], [])));
        Assert.Equal(LutraError.InvalidArgument, Check(new TransactionOperation([new Compare(Key("k"), default, (CompareResult)4)], [], [])));
    }

    [Fact]
    public void What_is_missing_is_refused()
    {
        Assert.Equal(LutraError.InvalidArgument, Check(null!));
        Assert.Equal(LutraError.InvalidArgument, Check(new TransactionOperation(default, [], [])));
        Assert.Equal(LutraError.InvalidArgument, Check(new TransactionOperation([], default, [])));
        Assert.Equal(LutraError.InvalidArgument, Check(new TransactionOperation([], [], default)));
        Assert.Equal(LutraError.InvalidArgument, Check(new TransactionOperation([null!], [], [])));
        Assert.Equal(LutraError.InvalidArgument, Check(Then((Operation)null!)));
    }

    [Theory]
    [InlineData(127, true)]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public void F01_compares_and_each_branch_have_a_limit(int count, bool fits)
    {
        LutraError? expected = fits ? null : LutraError.TooLarge;
        Operation[] puts = [.. Enumerable.Range(0, count).Select(i => Put($"{i}"))];
        Assert.Equal(expected, Check(Then(puts)));
        Assert.Equal(expected, Check(Else(puts)));
        Assert.Equal(expected, Check(new TransactionOperation([.. puts.Select(_ => new Compare(Key("k"), default, default))], [.. puts.Take(5)], [])));
    }

    [Theory]
    [InlineData(100, 28, true)]
    [InlineData(100, 29, false)]
    [InlineData(128, 0, true)]
    [InlineData(128, 1, false)]
    public void F01_a_nested_transaction_has_what_its_parents_left_of_the_limit(int outer, int inner, bool fits)
    {
        var nested = Then([.. Enumerable.Range(0, inner).Select(i => Put($"inner {i}"))]);
        var parent = Then([nested, .. Enumerable.Range(1, outer - 1).Select(i => Put($"outer {i}"))]);
        Assert.Equal(fits ? null : LutraError.TooLarge, Check(parent));
    }

    [Fact]
    public void A_key_is_not_written_twice_on_one_way_through_a_transaction()
    {
        Assert.All(
            [
                Then(Put("k"), Put("k")),
                Else(Put("k"), Put("k")),
                Then(Put("k"), Delete("k")),
                Then(Delete("k"), Put("k")),
                Then(Put("k"), new DeleteOperation(Range("a", "z"))),
                Then(new DeleteOperation(KeyRange.All), Put("k")),
                Then(new DeleteOperation(Range("a", "c")), new DeleteOperation(Range("b", "d")), Put("c")),
                Then(Put("k"), Then(Put("k"))),
                Then(Then(Put("k")), Put("k")),
                Then(Then(Put("k")), Then(Put("k"))),
                Then(Else(Put("k")), Then(Put("k"))),
                Then(Then(Put("k")), Then(new DeleteOperation(KeyRange.All))),
                Then(Then(new DeleteOperation(KeyRange.All)), Then(Put("k"))),
                Then(Delete("k"), Then(Then(Put("k")))),
                Then(Either(Put("a"), Put("k")), Put("k")),
            ],
            bad => Assert.Equal(LutraError.InvalidArgument, Check(bad)));
    }

    [Fact]
    public void Branches_that_exclude_each_other_may_write_the_same_key()
    {
        Assert.All(
            [
                Either(Put("k"), Put("k")),
                Either(Put("k"), Delete("k")),
                Then(Either(Put("k"), Put("k"))),
                Then(Either(Put("k"), new DeleteOperation(KeyRange.All))),
                Then(new DeleteOperation(KeyRange.All), new DeleteOperation(KeyRange.All), Delete("k")),
                Then(new DeleteOperation(Range("a", "b")), Put("b"), new DeleteOperation(Range("b\0", ""))),
                Then(new DeleteOperation(Range("z", "a")), Put("k")),
                Then(Put("k"), Get("k"), new RangeOperation(KeyRange.All)),
            ],
            good => Assert.Null(Check(good)));
    }

    [Fact]
    public void Sessions_and_idempotency_keys_belong_to_writes_and_exclude_each_other()
    {
        var write = new WriteCommand(Put("k"));
        static CommandEnvelope With(ulong session = 0, ulong sequence = 0, string? key = null) => new(default, 0, session, sequence, key);

        Assert.Null(CommandRules.Check(With(), write));
        Assert.Null(CommandRules.Check(With(5, 1), write));
        Assert.Null(CommandRules.Check(With(key: "k"), write));
        Assert.Null(CommandRules.Check(With(5, 1), new CompactCommand(default)));
        Assert.All(
            [
                (With(5, 0), write), (With(0, 5), write), (With(5, 1, "k"), write), (With(key: ""), write),
                (With(5, 1), new CloseSessionCommand(5)), (With(key: "k"), new OpenSessionCommand(5, 5000)),
                (With(), new OpenSessionCommand(0, 5000)), (With(), new CloseSessionCommand(0)), (With(), new SetFeatureLevelCommand(0)),
                (With(), new OpenSessionCommand(1, KeyspaceLimits.SessionTtlMillisMin - 1)), (With(), (Command)new OpenSessionCommand(1, KeyspaceLimits.SessionTtlMillisMax + 1)),
            ],
            bad => Assert.Equal(LutraError.InvalidArgument, CommandRules.Check(bad.Item1, bad.Item2)?.Error));
        Assert.Null(CommandRules.Check(With(), new OpenSessionCommand(1, KeyspaceLimits.SessionTtlMillisMin)));
        Assert.Null(CommandRules.Check(With(), new OpenSessionCommand(1, KeyspaceLimits.SessionTtlMillisMax)));
        Assert.Null(CommandRules.Check(With(key: new string('k', 128)), write));
        Assert.Equal(LutraError.TooLarge, CommandRules.Check(With(key: new string('k', 129)), write)?.Error);
    }

    [Fact]
    public void A_huge_hostile_transaction_is_judged_quickly()
    {
        // 60 x 60 nested transactions, each with puts and deletes: as many as fit into a request.
        var leaves = Enumerable.Range(0, 60).Select(i => Then([.. Enumerable.Range(0, 60).Select(j => (Operation)(j % 2 == 0
            ? Put($"p{i:d3}{j:d3}")
            : new DeleteOperation(Range($"d{i:d3}{j:d3}", $"d{i:d3}{j:d3}x"))))]));
        Assert.Null(Check(Then([.. leaves])));
    }
}
