using System.Collections.Immutable;
using Lutra.Keyspace.Commands;

namespace Lutra.Keyspace.Tests.Model;

/// <summary>Draws commands from few keys, revisions, sessions and idempotency keys, so that they meet each other.</summary>
internal sealed class CommandDraw(Random random)
{
    private static readonly string[] Keys = ["a", "ab", "b", "b\0", "b\xff", "c", "\xff\xff"];

    public (ulong Session, ulong Sequence, string? Key) Envelope() => random.Next(10) switch
    {
        0 or 1 => ((ulong)random.Next(1, 4), random.Next(8) == 0 ? (ulong)random.Next(1, 600) : (ulong)random.Next(1, 6), null),
        2 or 3 => (0, 0, $"key{random.Next(4)}"),
        _ => (0, 0, null),
    };

    public Command Command() => random.Next(20) switch
    {
        0 => new CompactCommand(new Revision(random.Next(0, 40))),
        1 => new OpenSessionCommand((ulong)random.Next(1, 4), random.Next(1_000, 100_000)),
        2 => random.Next(3) == 0 ? new CloseSessionCommand((ulong)random.Next(1, 4), random.Next(2) == 0 ? random.Next(200_000_000) : null) : new SetFeatureLevelCommand(1),
        3 or 4 => LeaseCommand(),
        _ => new WriteCommand(Operation(depth: 0)),
    };

    public RangeOperation Range() => new(
        KeyRange(),
        random.Next(3) == 0 ? random.Next(1, 4) : 0,
        random.Next(2) == 0 ? default : new Revision(random.Next(0, 45)),
        (SortTarget)(random.Next(2) * random.Next(5)),
        random.Next(4) == 0,
        random.Next(4) == 0,
        random.Next(8) == 0,
        Bound(),
        Bound(),
        Bound(),
        Bound());

    // The bed's entries are of term 1; what names another is void.
    private Command LeaseCommand() => random.Next(6) switch
    {
        0 => new RevokeLeaseCommand(Lease(), random.Next(4) switch { 0 => 1, 1 => 2, _ => null }),
        1 => new CheckpointLeasesCommand((ulong)random.Next(1, 3), [new(Lease(), random.Next(20)), new(Lease(), random.Next(20))]),
        _ => new GrantLeaseCommand(Lease(), random.Next(1, 30)),
    };

    private long Lease() => random.Next(7, 10);

    private Operation Operation(int depth) => random.Next(depth < 3 ? 10 : 7) switch
    {
        0 or 1 or 2 or 3 => Put(),
        4 or 5 => new DeleteOperation(KeyRange(), random.Next(2) == 0),
        6 => Range(),
        _ => new TransactionOperation(
            [.. Enumerable.Range(0, random.Next(3)).Select(_ => Compare())], Branch(depth + 1), Branch(depth + 1)),
    };

    private ImmutableArray<Operation> Branch(int depth) => [.. Enumerable.Range(0, random.Next(4)).Select(_ => Operation(depth))];

    private PutOperation Put()
    {
        var ignoreValue = random.Next(8) == 0;
        return new PutOperation(
            Text.Bytes(Key()), Text.Bytes(ignoreValue ? "" : Value()), random.Next(4) == 0 ? Lease() : 0, random.Next(2) == 0, ignoreValue, random.Next(10) == 0);
    }

    private Compare Compare()
    {
        var target = (CompareTarget)random.Next(5);
        var result = (CompareResult)random.Next(4);
        return target == CompareTarget.Value
            ? new Compare(KeyRange(), target, result, Value: Text.Bytes(Value()))
            : new Compare(KeyRange(), target, result, random.Next(10));
    }

    private KeyRange KeyRange() => random.Next(4) switch
    {
        0 => Lutra.KeyRange.Prefix(Text.Bytes(Key()[..1])),
        1 => Text.Range(random.Next(4) == 0 ? "" : Key(), random.Next(3) == 0 ? "" : Key()),
        _ => Text.Key(Key()),
    };

    private Revision Bound() => random.Next(6) == 0 ? new Revision(random.Next(1, 30)) : default;

    private string Key() => Keys[random.Next(Keys.Length)];

    private string Value() => $"v{random.Next(6)}";
}
