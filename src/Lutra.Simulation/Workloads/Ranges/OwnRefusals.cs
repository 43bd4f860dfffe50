using System.Collections.Immutable;

namespace Lutra.Simulation.Workloads.Ranges;

/// <summary>
/// What the store must refuse of keys that one client alone writes, and as what: a put that lacks its lease or the key that it keeps something of, a read of the
/// future, a transaction that writes a key twice on one way through it. Everything else must be done.
/// </summary>
internal static class OwnRefusals
{
    /// <summary>Null: the operation must be done.</summary>
    public static LutraError? Of(OwnKeys own, Operation operation) => operation switch
    {
        PutOperation put => LacksLease(own, put) ?? LacksKey(own, put),
        TransactionOperation transaction when WritesTwice(transaction.Then) || WritesTwice(transaction.Else) => LutraError.InvalidArgument,
        TransactionOperation transaction => OfPuts(own, transaction) ?? OfReads(own, transaction),
        _ => null,
    };

    /// <summary>The oldest revision that the operation reads at, as the keys are now: it may be compacted.</summary>
    public static long OldestRead(OwnKeys own, Operation operation) => operation switch
    {
        RangeOperation { Revision.Value: > 0 and var revision } => revision,
        TransactionOperation transaction => own.BranchOf(transaction).Min(each => (long?)OldestRead(own, each)) ?? long.MaxValue,
        _ => long.MaxValue,
    };

    private static LutraError? LacksLease(OwnKeys own, PutOperation put) =>
        put.Lease != 0 && !own.Leases.Contains(put.Lease) ? LutraError.LeaseNotFound : null;

    private static LutraError? LacksKey(OwnKeys own, PutOperation put) =>
        (put.IgnoreValue || put.IgnoreLease) && !own.Now.ContainsKey(OwnKeys.Text(put.Key)) ? LutraError.KeyNotFound : null;

    // Every put of the whole path before any read of it; in a transaction the key before the lease.
    private static LutraError? OfPuts(OwnKeys own, TransactionOperation transaction) => First(own.BranchOf(transaction), operation => operation switch
    {
        PutOperation put => LacksKey(own, put) ?? LacksLease(own, put),
        TransactionOperation nested => OfPuts(own, nested),
        _ => null,
    });

    private static LutraError? OfReads(OwnKeys own, TransactionOperation transaction) => First(own.BranchOf(transaction), operation => operation switch
    {
        RangeOperation { Revision: var revision } when revision == OwnKeys.Future => LutraError.FutureRevision,
        TransactionOperation nested => OfReads(own, nested),
        _ => null,
    });

    private static LutraError? First(ImmutableArray<Operation> operations, Func<Operation, LutraError?> refusal) =>
        operations.Select(refusal).FirstOrDefault(found => found is not null);

    // The two branches of a nested transaction exclude each other, and both stand beside what is around it.
    private static bool WritesTwice(ImmutableArray<Operation> branch)
    {
        Operation[][] writes = [.. branch.Select(operation => WritesOf(operation).ToArray())];
        for (var one = 0; one < writes.Length; one++)
        {
            if (branch[one] is TransactionOperation nested && (WritesTwice(nested.Then) || WritesTwice(nested.Else)))
                return true;
            for (var other = one + 1; other < writes.Length; other++)
            {
                if (writes[one].Any(left => writes[other].Any(right => Meet(left, right) || Meet(right, left))))
                    return true;
            }
        }

        return false;
    }

    private static IEnumerable<Operation> WritesOf(Operation operation) =>
        operation is TransactionOperation nested ? nested.Then.Concat(nested.Else).SelectMany(WritesOf) : [operation];

    private static bool Meet(Operation one, Operation other) => one is PutOperation put && other switch
    {
        PutOperation again => again.Key.Span.SequenceEqual(put.Key.Span),
        DeleteOperation delete => delete.Range.Contains(put.Key.Span),
        _ => false,
    };
}
