namespace Lutra.Keyspace;

/// <summary>
/// Whether the operations on a transaction's path can all be done, asked of the state before it: where one cannot, nothing is written. A
/// single operation is a path of one. What is refused first where several things are wrong is as in etcd, whose clients see it.
/// </summary>
internal sealed class WriteCheck(UserKeys keys, TransactionPath path)
{
    /// <summary>At the beginning of a walk.</summary>
    public Refusal? Check(Operation operation, long floor)
    {
        switch (operation)
        {
            // A put that lacks both is refused for its lease where it stands alone, and for its key in a transaction.
            case PutOperation put:
                return CheckLease(put) ?? CheckKept(put);
            case RangeOperation range:
                return CheckRevision(range.Revision.Value, keys.Revision, floor);
            case TransactionOperation transaction:
                if (CheckPuts(transaction) is { } refusal)
                    return refusal;
                path.Restart();
                return CheckReads(transaction, floor);
            default:
                return null;
        }
    }

    /// <summary>Whether <paramref name="revision"/> (0: the newest; below 0: before all that there ever was) can be read.</summary>
    public static Refusal? CheckRevision(long revision, long current, long floor)
    {
        if (revision > current)
        {
            Marks.ReadOfTheFuture.Hit();
            return new Refusal(LutraError.FutureRevision, $"Revision {revision} is not there yet; the store is at {current}.");
        }
        return revision != 0 && revision < Math.Max(floor, 0)
            ? new Refusal(LutraError.Compacted, $"Revision {revision} was compacted away; the oldest that can be read is {floor}.")
            : null;
    }

    private Refusal? CheckLease(PutOperation put) =>
        put.Lease != 0 && !keys.HasLease(put.Lease) ? new Refusal(LutraError.LeaseNotFound, $"There is no lease {put.Lease}.") : null;

    private Refusal? CheckKept(PutOperation put)
    {
        if (!(put.IgnoreValue || put.IgnoreLease) || keys.FindNewest(put.Key.Span).IsThere)
            return null;
        Marks.PutKeepsWhatIsNotThere.Hit();
        return new Refusal(LutraError.KeyNotFound, "A put that keeps the value or the lease needs a key that is there.");
    }

    // Every put of the whole path comes before any read of it.
    private Refusal? CheckPuts(TransactionOperation transaction)
    {
        foreach (var operation in path.Branch(transaction, out _))
        {
            var refusal = operation switch
            {
                PutOperation put => CheckKept(put) ?? CheckLease(put),
                TransactionOperation nested => CheckPuts(nested),
                _ => null,
            };
            if (refusal is not null)
                return refusal;
        }

        return null;
    }

    private Refusal? CheckReads(TransactionOperation transaction, long floor)
    {
        foreach (var operation in path.Branch(transaction, out _))
        {
            var refusal = operation switch
            {
                RangeOperation range => CheckRevision(range.Revision.Value, keys.Revision, floor),
                TransactionOperation nested => CheckReads(nested, floor),
                _ => null,
            };
            if (refusal is not null)
                return refusal;
        }

        return null;
    }
}
