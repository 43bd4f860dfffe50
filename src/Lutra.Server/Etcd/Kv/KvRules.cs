using System.Collections.Immutable;
using Lutra.Server.Etcd.Errors;
using Lutra.Server.Etcd.Grpc;

namespace Lutra.Server.Etcd.Kv;

/// <summary>
/// What etcd checks before it looks at the store, in its order, so that a request with two faults is refused for the same one. Each throws
/// <see cref="GrpcException"/>.
/// </summary>
internal static class KvRules
{
    /// <summary>Stands for a sort option that is none.</summary>
    public const SortTarget NoSortTarget = (SortTarget)(-1);

    public static void Check(RangeOperation range)
    {
        if (range.Range.From.IsEmpty)
            throw EtcdErrors.EmptyKey;
        if (range.Sort is < SortTarget.Key or > SortTarget.Value)
            throw EtcdErrors.InvalidSortOption;
    }

    public static void Check(PutOperation put)
    {
        if (put.Key.IsEmpty)
            throw EtcdErrors.EmptyKey;
        if (put.IgnoreValue && !put.Value.IsEmpty)
            throw EtcdErrors.ValueProvided;
        if (put.IgnoreLease && put.Lease != 0)
            throw EtcdErrors.LeaseProvided;
    }

    public static void Check(DeleteOperation delete)
    {
        if (delete.Range.From.IsEmpty)
            throw EtcdErrors.EmptyKey;
    }

    /// <summary>That no key is written twice is left to the store.</summary>
    /// <param name="allowance">The most operations; one nested in it has what is left over.</param>
    public static void Check(TransactionOperation transaction, int allowance)
    {
        var count = Math.Max(transaction.Compares.Length, Math.Max(transaction.Then.Length, transaction.Else.Length));
        if (count > allowance)
            throw EtcdErrors.TooManyOperations;
        foreach (var compare in transaction.Compares)
        {
            if (compare.Range.From.IsEmpty)
                throw EtcdErrors.EmptyKey;
        }

        CheckBranch(transaction.Then, allowance - count);
        CheckBranch(transaction.Else, allowance - count);
    }

    private static void CheckBranch(ImmutableArray<Operation> branch, int allowance)
    {
        foreach (var operation in branch)
        {
            switch (operation)
            {
                case RangeOperation range: Check(range); break;
                case PutOperation put: Check(put); break;
                case DeleteOperation delete: Check(delete); break;
                case TransactionOperation nested: Check(nested, allowance); break;
                default: throw EtcdErrors.KeyNotFound;
            }
        }
    }
}
