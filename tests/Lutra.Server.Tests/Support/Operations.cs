using FsCheck;
using FsCheck.Fluent;

namespace Lutra.Server.Tests.Support;

/// <summary>Random operations, and a text of them that is the same only for the same.</summary>
internal static class Operations
{
    private static readonly Gen<byte[]> Bytes = Gen.OneOf(
        Gen.Elements("a", "a/b", "a//b", "../x", "grün", "a%2Fb", "a?b#c", " ", "\"\\\n\u0001", "🦦").Select(System.Text.Encoding.UTF8.GetBytes),
        Gen.Elements(new byte[] { 0 }, new byte[] { 0xff }, new byte[] { 0xff, 0 }, new byte[] { 0xc3 }),
        ArbMap.Default.GeneratorFor<byte[]>().Where(bytes => bytes is { Length: > 0 }));

    private static readonly Gen<KeyRange> Ranges = Gen.OneOf(
        Bytes.Select(key => KeyRange.Single(key)),
        Bytes.Select(prefix => KeyRange.Prefix(prefix)),
        Gen.Constant(KeyRange.All),
        Bytes.Zip(Bytes).Select(pair => new KeyRange(pair.Item1, pair.Item2)));

    private static readonly Gen<bool> Flags = Gen.Elements(true, false);

    private static readonly Gen<long> Numbers = Gen.Choose(0, 3).Select(number => (long)number);

    private static readonly Gen<Operation> Puts =
        from key in Bytes
        from value in Gen.OneOf(Bytes, Gen.Constant(Array.Empty<byte>()))
        from lease in Numbers
        from previous in Flags
        from ignoreLease in Flags
        select (Operation)new PutOperation(key, value, lease, previous, IgnoreLease: ignoreLease);

    private static readonly Gen<Operation> Deletes =
        from range in Ranges
        from previous in Flags
        select (Operation)new DeleteOperation(range, previous);

    private static readonly Gen<Operation> Reads =
        from range in Ranges
        from limit in Numbers
        from sort in Gen.Elements(Enum.GetValues<SortTarget>())
        from flags in Gen.ArrayOf(Flags, 3)
        from floors in Gen.ArrayOf(Numbers, 4)
        select (Operation)new RangeOperation(
            range, limit, default, sort, flags[0], flags[1], flags[2], new Revision(floors[0]), new Revision(floors[1]), new Revision(floors[2]),
            new Revision(floors[3]));

    private static readonly Gen<Compare> Compares =
        from range in Ranges
        from target in Gen.Elements(Enum.GetValues<CompareTarget>())
        from result in Gen.Elements(Enum.GetValues<CompareResult>())
        from number in Gen.Choose(-2, 5)
        from value in Bytes
        select target == CompareTarget.Value ? new Compare(range, target, result, 0, value) : new Compare(range, target, result, number);

    public static Gen<Operation> Any(int depth)
    {
        if (depth == 0)
            return Gen.OneOf(Puts, Deletes, Reads);
        var lists = Gen.Choose(0, 3).SelectMany(count => Gen.ArrayOf(Any(depth - 1), count));
        var transactions =
            from compares in Gen.Choose(0, 3).SelectMany(count => Gen.ArrayOf(Compares, count))
            from then in lists
            from other in lists
            select (Operation)new TransactionOperation([.. compares], [.. then], [.. other]);
        return Gen.OneOf(Puts, Reads, transactions);
    }

    public static string Describe(Operation operation) => operation switch
    {
        PutOperation put => $"put {Hex(put.Key)}={Hex(put.Value)} {put.Lease} {put.ReturnPrevious} {put.IgnoreValue} {put.IgnoreLease}",
        DeleteOperation delete => $"delete {Describe(delete.Range)} {delete.ReturnPrevious}",
        RangeOperation range =>
            $"get {Describe(range.Range)} {range.Limit} {range.Revision} {range.Sort} {range.Descending} {range.KeysOnly} {range.CountOnly} "
            + $"{range.MinModRevision} {range.MaxModRevision} {range.MinCreateRevision} {range.MaxCreateRevision}",
        TransactionOperation transaction =>
            $"if [{string.Join(';', transaction.Compares.Select(one => $"{Describe(one.Range)} {one.Target} {one.Result} {one.Number} {Hex(one.Value)}"))}] "
            + $"then [{string.Join(';', transaction.Then.Select(Describe))}] else [{string.Join(';', transaction.Else.Select(Describe))}]",
        _ => throw new NotSupportedException(operation.ToString()),
    };

    private static string Describe(KeyRange range) => $"{Hex(range.From)}..{(range.End is { } end ? Hex(end) : "only")}";

    private static string Hex(ReadOnlyMemory<byte> bytes) => Convert.ToHexString(bytes.Span);
}
