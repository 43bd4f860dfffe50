using System.Collections.Immutable;

namespace Lutra.Keyspace.Commands;

/// <summary>What can be said of an operation without any state: etcd's checks before it replicates a request. Pure.</summary>
public static class OperationRules
{
    /// <summary>Null where the operation can be carried out, else why not.</summary>
    public static Refusal? Check(Operation operation) => Check(operation, KeyspaceLimits.OperationsMax, depth: 0);

    private static Refusal? Check(Operation operation, int allowance, int depth) => operation switch
    {
        PutOperation put => CheckPut(put),
        DeleteOperation delete => CheckRange(delete.Range),
        RangeOperation range => CheckRange(range.Range) ?? CheckRead(range),
        TransactionOperation transaction => CheckTransaction(transaction, allowance, depth),
        _ => Invalid("There is an operation missing, or of a kind that is not known."),
    };

    private static Refusal? CheckPut(PutOperation put)
    {
        if (CheckKey(put.Key.Length) is { } refusal)
            return refusal;
        if (put.IgnoreValue && !put.Value.IsEmpty)
            return Invalid("A put that keeps the value cannot bring one.");
        return put.IgnoreLease && put.Lease != 0 ? Invalid("A put that keeps the lease cannot bring one.") : null;
    }

    private static Refusal? CheckRange(KeyRange range)
    {
        if (range.IsSingleKey)
            return CheckKey(range.From.Length);
        return CheckLength(range.From.Length) ?? CheckLength(range.End!.Value.Length);
    }

    private static Refusal? CheckRead(RangeOperation range)
    {
        if (range.Limit < 0)
            return Invalid($"A limit is not negative, as {range.Limit} is.");
        if (range.Revision.Value < -1 || range.MinModRevision.Value < 0 || range.MaxModRevision.Value < 0
            || range.MinCreateRevision.Value < 0 || range.MaxCreateRevision.Value < 0)
            return Invalid("A revision is not negative, but for -1: the one before all others, which is never there.");
        return range.Sort is < SortTarget.Key or > SortTarget.Value ? Invalid($"Sort target {(int)range.Sort} is not known.") : null;
    }

    // A nested transaction has to do with what its parents left of the allowance (etcd's rule).
    private static Refusal? CheckTransaction(TransactionOperation transaction, int allowance, int depth)
    {
        if (transaction.Compares.IsDefault || transaction.Then.IsDefault || transaction.Else.IsDefault)
            return Invalid("A transaction has a list of compares and two of operations, which may be empty.");
        var count = Math.Max(transaction.Compares.Length, Math.Max(transaction.Then.Length, transaction.Else.Length));
        if (count > allowance || depth >= KeyspaceLimits.TransactionDepthMax)
        {
            return new Refusal(
                LutraError.TooLarge,
                $"A transaction has {count} compares or operations where {allowance} are left; "
                + $"it may have {KeyspaceLimits.OperationsMax}, with those nested in it.");
        }

        foreach (var compare in transaction.Compares)
        {
            if (CheckCompare(compare) is { } refusal)
                return refusal;
        }

        return CheckBranch(transaction.Then, allowance - count, depth) ?? CheckBranch(transaction.Else, allowance - count, depth)
            ?? (depth == 0 ? WrittenKeys.Check(transaction) : null);
    }

    private static Refusal? CheckBranch(ImmutableArray<Operation> operations, int allowance, int depth)
    {
        foreach (var operation in operations)
        {
            if (Check(operation, allowance, depth + 1) is { } refusal)
                return refusal;
        }

        return null;
    }

    private static Refusal? CheckCompare(Compare? compare)
    {
        if (compare is null)
            return Invalid("There is a compare missing.");
        if (compare.Target is < CompareTarget.Version or > CompareTarget.Lease
            || compare.Result is < CompareResult.Equal or > CompareResult.NotEqual)
            return Invalid($"Compare {(int)compare.Target} with {(int)compare.Result} is not known.");
        return CheckRange(compare.Range);
    }

    private static Refusal? CheckKey(int lengthBytes) =>
        lengthBytes == 0 ? Invalid("A key has at least one byte.") : CheckLength(lengthBytes);

    private static Refusal? CheckLength(int lengthBytes) => lengthBytes <= KeyspaceLimits.KeyBytesMax
        ? null
        : new Refusal(LutraError.TooLarge, $"A key has {lengthBytes} bytes; it may have {KeyspaceLimits.KeyBytesMax}.");

    private static Refusal Invalid(string message) => new(LutraError.InvalidArgument, message);
}
