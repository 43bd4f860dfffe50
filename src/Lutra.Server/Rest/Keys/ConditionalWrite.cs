using Lutra.Server.Rest.Replies;
using Lutra.Server.Rest.Requests;

namespace Lutra.Server.Rest.Keys;

/// <summary>A write that happens only if the key's revision allows: one transaction, whose other branch finds out the revision it has instead.</summary>
internal static class ConditionalWrite
{
    /// <summary>The write's result; null where the precondition did not hold, and the client was told (412).</summary>
    public static async ValueTask<OperationResult?> RunAsync(
        RestCall call, Precondition precondition, ReadOnlyMemory<byte> key, Operation write, WriteOptions options)
    {
        var look = new RangeOperation(KeyRange.Single(key), KeysOnly: true);
        var transaction = new TransactionOperation([.. precondition.ToCompares(key)], [write], [look]);
        var result = await call.Node.TransactAsync(transaction, options, call.Aborted);
        if (result.Succeeded)
            return result.Results[0];

        var seen = (RangeResult)result.Results[0];
        call.SetRevision(result.Revision);
        ProblemWriter.Write(call.Http, Problem.CompareFailed(seen.KeyValues.IsEmpty ? 0 : seen.KeyValues[0].ModRevision.Value));
        return null;
    }
}
