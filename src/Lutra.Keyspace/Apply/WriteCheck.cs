namespace Lutra.Keyspace;

/// <summary>
/// Whether the operations on a transaction's path can all be done, asked of the state before it: where one cannot, nothing is written. A
/// single operation is a path of one.
/// </summary>
internal sealed class WriteCheck(UserKeys keys, TransactionPath path)
{
    public Refusal? Check(Operation operation, long floor) => operation switch
    {
        PutOperation put => CheckPut(put),
        RangeOperation range => CheckRevision(range.Revision.Value, keys.Revision, floor),
        TransactionOperation transaction => CheckTransaction(transaction, floor),
        _ => null,
    };

    /// <summary>Whether <paramref name="revision"/> (0: the newest) can be read.</summary>
    public static Refusal? CheckRevision(long revision, long current, long floor)
    {
        if (revision > current)
        {
            Marks.ReadOfTheFuture.Hit();
            return new Refusal(LutraError.FutureRevision, $"Revision {revision} is not there yet; the store is at {current}.");
        }
        return revision > 0 && revision < floor
            ? new Refusal(LutraError.Compacted, $"Revision {revision} was compacted away; the oldest that can be read is {floor}.")
            : null;
    }

    private Refusal? CheckPut(PutOperation put)
    {
        if (put.Lease != 0 && !keys.HasLease(put.Lease))
            return new Refusal(LutraError.LeaseNotFound, $"There is no lease {put.Lease}.");
        if ((put.IgnoreValue || put.IgnoreLease) && !keys.TryFind(put.Key.Span, keys.Revision, out _))
        {
            Marks.PutKeepsWhatIsNotThere.Hit();
            return new Refusal(LutraError.KeyNotFound, "A put that keeps the value or the lease needs a key that is there.");
        }
        return null;
    }

    private Refusal? CheckTransaction(TransactionOperation transaction, long floor)
    {
        foreach (var operation in path.Branch(transaction, out _))
        {
            if (Check(operation, floor) is { } refusal)
                return refusal;
        }

        return null;
    }
}
