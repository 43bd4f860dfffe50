using System.Diagnostics;
using Google.Protobuf;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Client.Grpc;

/// <summary>From the store's operations to etcd's requests. Bytes are not copied: a request is written out before the call returns to who owns them.</summary>
internal static class EtcdRequests
{
    // The first key that there can be, and the end that stands for the end of the store.
    private static readonly ByteString Zero = ByteString.CopyFrom([0]);

    // From beyond its own end: nothing is in it. Keys below the byte 0 are none, but an end of that byte would stand for the end of the store.
    private static readonly (ByteString Key, ByteString End) Nothing = (ByteString.CopyFrom([1]), ByteString.CopyFrom([0, 0]));

    public static Pb.PutRequest Of(PutOperation put) => new()
    {
        Key = Bytes(put.Key),
        Value = Bytes(put.Value),
        Lease = put.Lease,
        PrevKv = put.ReturnPrevious,
        IgnoreValue = put.IgnoreValue,
        IgnoreLease = put.IgnoreLease,
    };

    public static Pb.DeleteRangeRequest Of(DeleteOperation delete)
    {
        var (key, end) = Of(delete.Range);
        return new() { Key = key, RangeEnd = end, PrevKv = delete.ReturnPrevious };
    }

    public static Pb.RangeRequest Of(RangeOperation range, bool isLocal = false)
    {
        var (key, end) = Of(range.Range);
        return new()
        {
            Key = key,
            RangeEnd = end,
            Limit = range.Limit,
            Revision = range.Revision.Value,
            SortTarget = (Pb.RangeRequest.Types.SortTarget)range.Sort,
            SortOrder = range.Descending ? Pb.RangeRequest.Types.SortOrder.Descend
                : range.Sort == SortTarget.Key ? Pb.RangeRequest.Types.SortOrder.None
                : Pb.RangeRequest.Types.SortOrder.Ascend,
            Serializable = isLocal,
            KeysOnly = range.KeysOnly,
            CountOnly = range.CountOnly,
            MinModRevision = range.MinModRevision.Value,
            MaxModRevision = range.MaxModRevision.Value,
            MinCreateRevision = range.MinCreateRevision.Value,
            MaxCreateRevision = range.MaxCreateRevision.Value,
        };
    }

    public static Pb.TxnRequest Of(TransactionOperation transaction)
    {
        var request = new Pb.TxnRequest();
        foreach (var compare in transaction.Compares)
            request.Compare.Add(Of(compare));
        foreach (var operation in transaction.Then)
            request.Success.Add(Of(operation));
        foreach (var operation in transaction.Else)
            request.Failure.Add(Of(operation));
        return request;
    }

    public static Pb.WatchCreateRequest Of(WatchOperation watch)
    {
        var (key, end) = Of(watch.Range);
        var request = new Pb.WatchCreateRequest
        {
            Key = key,
            RangeEnd = end,
            StartRevision = watch.From.Value,
            PrevKv = watch.ReturnPrevious,
            Fragment = true,
            ProgressNotify = watch.ProgressEvery is not null,
        };
        if (watch.NoPuts)
            request.Filters.Add(Pb.WatchCreateRequest.Types.FilterType.Noput);
        if (watch.NoDeletes)
            request.Filters.Add(Pb.WatchCreateRequest.Types.FilterType.Nodelete);
        return request;
    }

    private static Pb.Compare Of(Compare compare)
    {
        var (key, end) = Of(compare.Range);
        var request = new Pb.Compare { Key = key, RangeEnd = end, Result = (Pb.Compare.Types.CompareResult)compare.Result, Target = (Pb.Compare.Types.CompareTarget)compare.Target };
        switch (compare.Target)
        {
            case CompareTarget.Version: request.Version = compare.Number; break;
            case CompareTarget.CreateRevision: request.CreateRevision = compare.Number; break;
            case CompareTarget.ModRevision: request.ModRevision = compare.Number; break;
            case CompareTarget.Lease: request.Lease = compare.Number; break;
            default: request.Value = Bytes(compare.Value); break;
        }

        return request;
    }

    private static Pb.RequestOp Of(Operation operation) => operation switch
    {
        PutOperation put => new Pb.RequestOp { RequestPut = Of(put) },
        RangeOperation range => new Pb.RequestOp { RequestRange = Of(range) },
        DeleteOperation delete => new Pb.RequestOp { RequestDeleteRange = Of(delete) },
        TransactionOperation nested => new Pb.RequestOp { RequestTxn = Of(nested) },
        _ => throw new UnreachableException($"No request for {operation}"),
    };

    private static (ByteString Key, ByteString End) Of(KeyRange range)
    {
        if (range.End is not { } end)
            return (Bytes(range.From), ByteString.Empty);
        if (end.Span is [0])
            return Nothing;
        return (range.From.IsEmpty ? Zero : Bytes(range.From), end.IsEmpty ? Zero : Bytes(end));
    }

    private static ByteString Bytes(ReadOnlyMemory<byte> bytes) => bytes.IsEmpty ? ByteString.Empty : UnsafeByteOperations.UnsafeWrap(bytes);
}
