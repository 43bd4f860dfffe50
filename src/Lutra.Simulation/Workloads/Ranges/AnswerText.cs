namespace Lutra.Simulation.Workloads.Ranges;

/// <summary>All that an answer says, as text: two answers are the same where their texts are.</summary>
internal static class AnswerText
{
    public static string Of(OperationResult answer) => answer switch
    {
        PutResult put => $"put at {put.Revision} over {Of(put.Previous)}",
        DeleteResult delete => $"deletion of {delete.Deleted} at {delete.Revision}: {Of(delete.Previous)}",
        RangeResult range => $"range at {range.Revision}, {range.Count} and {(range.More ? "more" : "no more")}: {Of(range.KeyValues)}",
        TransactionResult transaction => $"transaction at {transaction.Revision}, {transaction.Succeeded}: {string.Join("; ", transaction.Results.Select(Of))}",
        _ => $"{answer.GetType().Name} at {answer.Revision}",
    };

    private static string Of(IEnumerable<KeyValue> pairs) => string.Join(", ", pairs.Select(Of));

    private static string Of(KeyValue? pair) => pair is null ? "nothing"
        : $"{Convert.ToHexString(pair.Key.Span)}={Convert.ToHexString(pair.Value.Span)} ({pair.CreateRevision}, {pair.ModRevision}, {pair.Version}, {pair.Lease})";
}
