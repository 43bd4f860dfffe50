using System.Collections.Immutable;

namespace Lutra.Keyspace;

/// <summary>
/// Carries out a put, delete, range or transaction: first the way through it is decided and everything on it checked on the state before,
/// then its operations run in order, later reads seeing earlier writes. All of it happens, or nothing.
/// </summary>
internal sealed class WriteExecution(UserKeys keys, KeyspaceMeasures measures)
{
    private readonly TransactionPath path = new(keys);
    private bool buildsResult;
    private (int Puts, int Deletes, int Ranges) did;

    /// <param name="state">The state before.</param>
    /// <param name="buildResult">False: nobody wants the result, only the effects.</param>
    /// <param name="isKept">The answer will be kept for repeats, and so must be small.</param>
    /// <param name="index">The entry's.</param>
    public Outcome Execute(Operation operation, in StateRecord state, ulong index, bool buildResult, bool isKept)
    {
        keys.Begin(state.Revision, index);
        path.Decide(operation);
        if (new WriteCheck(keys, path).Check(operation, state.Floor) is { } refusal)
            return new Outcome(null, refusal);
        if ((isKept || AnswerBound.IsWide(operation)) && CheckAnswer(operation, isKept) is { } tooLarge)
            return new Outcome(null, tooLarge);

        path.Restart();
        buildsResult = buildResult;
        did = default;
        var result = Run(operation);
        measures.Did(did.Puts, did.Deletes, did.Ranges);
        return new Outcome(result, null);
    }

    private Refusal? CheckAnswer(Operation operation, bool isKept)
    {
        path.Restart();
        Marks.AnswerMeasured.Hit();
        var bytesMax = isKept ? KeyspaceLimits.KeptAnswerBytesMax : KeyspaceLimits.AnswerBytesMax;
        if (!new AnswerBound(keys, path, bytesMax).IsPassedBy(operation))
            return null;
        return new Refusal(LutraError.TooLarge, isKept
            ? $"The answer may take more than {bytesMax} bytes, and that is what can be kept for a repeat: "
            + "ask for less, or without session and idempotency key."
            : $"The answer may take more than {bytesMax} bytes: ask for less at once.");
    }

    private OperationResult? Run(Operation operation) => operation switch
    {
        PutOperation put => RunPut(put),
        DeleteOperation delete => RunDelete(delete),
        RangeOperation range => RunRange(range),
        TransactionOperation transaction => RunTransaction(transaction),
        _ => throw new InvalidOperationException($"No rule for {operation.GetType().Name}."),
    };

    private PutResult? RunPut(PutOperation put)
    {
        did.Puts++;
        KeyValue? answered = null;
        if (put.IgnoreValue || (buildsResult && put.ReturnPrevious))
        {
            var isThere = keys.TryFind(put.Key.Span, keys.Revision, out var found);
            // Before the put, since what was found holds only until the next call.
            answered = isThere && buildsResult && put.ReturnPrevious ? found.ToKeyValue(put.Key.Span, withValue: true) : null;
            Put(put, isThere ? found.Live : default, put.IgnoreValue ? found.Value.Span : put.Value.Span);
        }
        else
        {
            Put(put, keys.FindNewest(put.Key.Span), put.Value.Span);
        }

        return buildsResult ? new PutResult(new Revision(keys.Revision), answered) : null;
    }

    private void Put(PutOperation put, in LiveKey previous, ReadOnlySpan<byte> value) =>
        keys.Put(put.Key.Span, previous, put.IgnoreLease ? previous.Lease : put.Lease, value);

    private DeleteResult? RunDelete(DeleteOperation delete)
    {
        did.Deletes++;
        var previous = buildsResult && delete.ReturnPrevious ? ImmutableArray.CreateBuilder<KeyValue>() : null;
        long deleted = 0;
        if (delete.Range.IsSingleKey)
        {
            if (keys.TryFind(delete.Range.From.Span, keys.Revision, out var found))
            {
                previous?.Add(found.ToKeyValue(delete.Range.From.Span, withValue: true));
                keys.Delete(delete.Range.From.Span, found.Lease);
                deleted = 1;
            }
        }
        else
        {
            // The walk goes over what was there when it began; the tombstones that are put behind it do not disturb it.
            using var view = keys.Pin();
            var walk = new KeyWalk(view, delete.Range, keys.Revision);
            for (; walk.MoveNext(); deleted++)
            {
                previous?.Add(walk.Version.ToKeyValue(walk.Key, withValue: true));
                keys.Delete(walk.Key, walk.Version.Lease);
            }
        }

        return buildsResult ? new DeleteResult(new Revision(keys.Revision), deleted, previous?.DrainToImmutable() ?? []) : null;
    }

    private RangeResult? RunRange(RangeOperation range)
    {
        did.Ranges++;
        if (!buildsResult)
            return null;
        var revision = range.Revision.Value == 0 ? keys.Revision : range.Revision.Value;
        if (range.Range.IsSingleKey)
        {
            KeyVersion? found = keys.TryFind(range.Range.From.Span, revision, out var version) ? version : null;
            return RangeReader.ReadSingle(found, range, keys.Revision);
        }

        using var view = keys.Pin();
        // What it may take was checked beforehand.
        return RangeReader.Read(view, range, revision, keys.Revision, answerBytesMax: long.MaxValue, counts: null, out _);
    }

    private TransactionResult? RunTransaction(TransactionOperation transaction)
    {
        var branch = path.Branch(transaction, out var succeeded);
        var results = buildsResult ? ImmutableArray.CreateBuilder<OperationResult>(branch.Length) : null;
        foreach (var operation in branch)
        {
            var result = Run(operation);
            results?.Add(result!);
        }

        return results is null ? null : new TransactionResult(new Revision(keys.Revision), succeeded, results.MoveToImmutable());
    }
}
