namespace Lutra.Keyspace;

/// <summary>
/// The most that an answer can take, found on the state before anything is written: so a request whose answer would be too large is refused
/// whole, and on every node, whether or not it builds the answer. Stops reading as soon as the bound is passed.
/// </summary>
internal sealed class AnswerBound(UserKeys keys, TransactionPath path, long bytesMax)
{
    // Kind, revision and counts of one result.
    private const int ResultBytes = 32;

    private long answerBytes;

    // Puts made so far on the path: each may turn up in a later read of it.
    private long putBytes;

    /// <summary>Whether an operation may answer with what a whole range holds.</summary>
    public static bool IsWide(Operation operation) => operation switch
    {
        DeleteOperation delete => delete.ReturnPrevious && !delete.Range.IsSingleKey,
        RangeOperation range => !range.CountOnly && !range.Range.IsSingleKey,
        TransactionOperation transaction => AnyIsWide(transaction.Then) || AnyIsWide(transaction.Else),
        _ => false,
    };

    public bool IsPassedBy(Operation operation)
    {
        Add(operation);
        return answerBytes > bytesMax;
    }

    private static bool AnyIsWide(System.Collections.Immutable.ImmutableArray<Operation> operations)
    {
        foreach (var operation in operations)
        {
            if (IsWide(operation))
                return true;
        }

        return false;
    }

    private void Add(Operation operation)
    {
        answerBytes += ResultBytes;
        if (answerBytes > bytesMax)
            return;
        switch (operation)
        {
            case PutOperation put:
                if (put.ReturnPrevious)
                    AddRange(new RangeOperation(KeyRange.Single(put.Key)));
                putBytes += SizeBytes(put.Key.Length, put.Value.Length);
                if (put.IgnoreValue && keys.TryFind(put.Key.Span, keys.Revision, out var kept))
                    putBytes += kept.Value.Length;
                break;
            case DeleteOperation { ReturnPrevious: true } delete:
                AddRange(new RangeOperation(delete.Range));
                break;
            case RangeOperation { CountOnly: false } range:
                AddRange(range);
                answerBytes += putBytes;
                break;
            case TransactionOperation transaction:
                foreach (var inner in path.Branch(transaction, out _))
                    Add(inner);
                break;
        }
    }

    private void AddRange(RangeOperation range)
    {
        // With a limit, whichever keys it lets through take no more than the largest ones.
        var largest = range.Limit > 0 ? new PriorityQueue<long, long>() : null;
        var revision = range.Revision.Value == 0 ? keys.Revision : range.Revision.Value;
        using var view = keys.Pin();
        var walk = new KeyWalk(view, range.Range, revision);
        while (answerBytes <= bytesMax && walk.MoveNext())
        {
            if (!RevisionFilter.Passes(range, walk.Version))
                continue;
            var size = SizeBytes(walk.Key.Length, range.KeysOnly ? 0 : walk.Version.Value.Length);
            answerBytes += size;
            if (largest is null)
                continue;
            largest.Enqueue(size, size);
            if (largest.Count > range.Limit)
                answerBytes -= largest.Dequeue();
        }
    }

    private static long SizeBytes(int keyBytes, int valueBytes) => keyBytes + valueBytes + KeyspaceLimits.KeyValueOverheadBytes;
}
