using System.Collections.Immutable;
using Google.Protobuf.Collections;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Client.Grpc;

/// <summary>From etcd's replies to the store's results. Throws <see cref="FormatException"/> for what makes none.</summary>
internal static class EtcdReplies
{
    public static Revision RevisionOf(Pb.ResponseHeader? header) => new(header?.Revision ?? throw new FormatException("A reply has no header."));

    public static PutResult ToResult(Pb.PutResponse reply) => ToResult(reply, RevisionOf(reply.Header));

    public static DeleteResult ToResult(Pb.DeleteRangeResponse reply) => ToResult(reply, RevisionOf(reply.Header));

    public static RangeResult ToResult(Pb.RangeResponse reply) => ToResult(reply, RevisionOf(reply.Header));

    public static TransactionResult ToResult(Pb.TxnResponse reply) => ToResult(reply, RevisionOf(reply.Header));

    public static WatchEvent ToEvent(Pb.Event change) => new(
        change.Type switch
        {
            Pb.Event.Types.EventType.Put => false,
            Pb.Event.Types.EventType.Delete => true,
            var other => throw new FormatException($"{other} is no kind of change."),
        },
        ToKeyValue(change.Kv ?? throw new FormatException("A change names no key.")),
        change.PrevKv is { } previous ? ToKeyValue(previous) : null);

    private static OperationResult ToResult(Pb.ResponseOp reply, Revision outer) => reply.ResponseCase switch
    {
        Pb.ResponseOp.ResponseOneofCase.ResponsePut => ToResult(reply.ResponsePut, Inner(reply.ResponsePut.Header, outer)),
        Pb.ResponseOp.ResponseOneofCase.ResponseRange => ToResult(reply.ResponseRange, Inner(reply.ResponseRange.Header, outer)),
        Pb.ResponseOp.ResponseOneofCase.ResponseDeleteRange => ToResult(reply.ResponseDeleteRange, Inner(reply.ResponseDeleteRange.Header, outer)),
        Pb.ResponseOp.ResponseOneofCase.ResponseTxn => ToResult(reply.ResponseTxn, Inner(reply.ResponseTxn.Header, outer)),
        _ => throw new FormatException("A result is of none of the kinds put, get, delete and txn."),
    };

    // Within a transaction headers name a revision alone, and those of nested ones nothing at all.
    private static Revision Inner(Pb.ResponseHeader? header, Revision outer) => header is { Revision: > 0 and var own } ? new Revision(own) : outer;

    private static PutResult ToResult(Pb.PutResponse reply, Revision revision) => new(revision, reply.PrevKv is { } previous ? ToKeyValue(previous) : null);

    private static DeleteResult ToResult(Pb.DeleteRangeResponse reply, Revision revision) => new(revision, reply.Deleted, ToKeyValues(reply.PrevKvs));

    private static RangeResult ToResult(Pb.RangeResponse reply, Revision revision) => new(revision, ToKeyValues(reply.Kvs), reply.Count, reply.More);

    private static TransactionResult ToResult(Pb.TxnResponse reply, Revision revision)
    {
        var results = ImmutableArray.CreateBuilder<OperationResult>(reply.Responses.Count);
        foreach (var one in reply.Responses)
            results.Add(ToResult(one, revision));
        return new TransactionResult(revision, reply.Succeeded, results.MoveToImmutable());
    }

    private static ImmutableArray<KeyValue> ToKeyValues(RepeatedField<Pb.KeyValue> messages)
    {
        var keyValues = ImmutableArray.CreateBuilder<KeyValue>(messages.Count);
        foreach (var message in messages)
            keyValues.Add(ToKeyValue(message));
        return keyValues.MoveToImmutable();
    }

    private static KeyValue ToKeyValue(Pb.KeyValue message) => new(
        message.Key.Memory, message.Value.Memory, new Revision(message.CreateRevision), new Revision(message.ModRevision), message.Version, message.Lease);
}
