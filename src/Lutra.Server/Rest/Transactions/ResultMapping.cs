using System.Diagnostics;
using Lutra.Protocol;
using Lutra.Server.Rest.Keys;

namespace Lutra.Server.Rest.Transactions;

/// <summary>From the store's results to the wire's.</summary>
internal static class ResultMapping
{
    public static TransactionReply ToReply(TransactionResult result) =>
        new(result.Revision.Value, result.Succeeded, [.. result.Results.Select(ToReply)]);

    private static OperationReply ToReply(OperationResult result) => result switch
    {
        PutResult put => new OperationReply { Put = new PutReply(put.Revision.Value, put.Previous?.ToBody()) },
        RangeResult range => new OperationReply { Get = ToPage(range) },
        DeleteResult delete => new OperationReply { Delete = ToReply(delete) },
        TransactionResult nested => new OperationReply { Txn = ToReply(nested) },
        _ => throw new UnreachableException($"No reply for {result}"),
    };

    private static DeleteReply ToReply(DeleteResult result) =>
        new(result.Revision.Value, result.Deleted, result.Previous.IsDefaultOrEmpty ? null : result.Previous.ToBodies());

    private static PageReply ToPage(RangeResult result) =>
        new(result.Revision.Value, result.Count, result.More, result.KeyValues.ToBodies());
}
