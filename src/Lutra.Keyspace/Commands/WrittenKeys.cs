using System.Collections.Immutable;

namespace Lutra.Keyspace.Commands;

/// <summary>
/// The keys that a branch of a transaction may write: no key is put twice, nor put and deleted, on one way through it, so that a key has
/// one version a revision. Deletes may overlap. What a nested transaction may write counts as its parent's; its own two branches exclude
/// each other and may name the same key (etcd's rule, which forgets a put in one nested transaction under a delete in a later one; here
/// that is refused too).
/// </summary>
internal sealed class WrittenKeys
{
    private readonly SortedSet<ReadOnlyMemory<byte>> puts = new(KeyOrder.Instance);
    private readonly KeyIntervals deletes = new();

    public static Refusal? Check(TransactionOperation transaction) =>
        Collect(transaction.Then) is null || Collect(transaction.Else) is null
            ? new Refusal(LutraError.InvalidArgument, "A transaction writes a key twice in one branch.")
            : null;

    /// <summary>Null where a key is written twice.</summary>
    private static WrittenKeys? Collect(ImmutableArray<Operation> branch)
    {
        var written = new WrittenKeys();
        foreach (var operation in branch)
        {
            var fits = operation switch
            {
                PutOperation put => written.TryPut(put.Key),
                DeleteOperation delete => written.TryDelete(delete.Range),
                TransactionOperation nested => written.TryNest(nested),
                _ => true,
            };
            if (!fits)
                return null;
        }

        return written;
    }

    private bool TryPut(ReadOnlyMemory<byte> key) => !deletes.Contains(key) && puts.Add(key);

    private bool TryDelete(KeyRange range)
    {
        if (PutsIn(range))
            return false;
        deletes.Add(range);
        return true;
    }

    private bool TryNest(TransactionOperation nested)
    {
        if (Collect(nested.Then) is not { } then || Collect(nested.Else) is not { } otherwise)
            return false;
        then.puts.UnionWith(otherwise.puts);
        foreach (var range in otherwise.deletes.Ranges)
            then.deletes.Add(range);

        // Against what stands beside it; its own puts and deletes may be those of its two branches, and are none of each other's business.
        foreach (var key in then.puts)
        {
            if (puts.Contains(key) || deletes.Contains(key))
                return false;
        }

        foreach (var range in then.deletes.Ranges)
        {
            if (PutsIn(range))
                return false;
        }

        puts.UnionWith(then.puts);
        foreach (var range in then.deletes.Ranges)
            deletes.Add(range);
        return true;
    }

    private bool PutsIn(KeyRange range)
    {
        if (range.IsSingleKey)
            return puts.Contains(range.From);
        if (puts.Count == 0 || KeyOrder.Instance.Compare(range.From, puts.Max) > 0)
            return false;
        foreach (var key in puts.GetViewBetween(range.From, puts.Max))
            return range.Contains(key.Span);
        return false;
    }
}
