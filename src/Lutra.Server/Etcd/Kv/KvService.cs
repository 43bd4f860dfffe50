using Lutra.Keyspace.Commands;
using Lutra.Server.Etcd.Errors;
using Lutra.Server.Etcd.Wire;

namespace Lutra.Server.Etcd.Kv;

/// <summary>
/// <c>etcdserverpb.KV</c>: the hot calls. Requests are read where they lie in the pipe and answers written into it; between them stand the store's own operations.
/// </summary>
internal static class KvService
{
    private const string Service = "/etcdserverpb.KV/";

    public static IEnumerable<EtcdMethod> Methods =>
    [
        new SingleRequestMethod(Service + "Range", RangeAsync) { Need = CallerNeed.Keys, ForLearners = true },
        new SingleRequestMethod(Service + "RangeStream", static (call, request) => new(new RangeStream(call).RunAsync(request))) { Need = CallerNeed.Keys, GoesOn = true },
        new SingleRequestMethod(Service + "Put", PutAsync) { Need = CallerNeed.Keys, Writes = true },
        new SingleRequestMethod(Service + "DeleteRange", DeleteAsync) { Need = CallerNeed.Keys, Writes = true },
        new SingleRequestMethod(Service + "Txn", TransactAsync) { Need = CallerNeed.Keys, Writes = true },
        new SingleRequestMethod(Service + "Compact", CompactAsync) { Need = CallerNeed.Root, Writes = true },
    ];

    private static async ValueTask RangeAsync(EtcdCall call, ReadOnlyMemory<byte> request)
    {
        var range = RangeWire.Read(request, out var isSerializable);
        KvRules.Check(range);
        if (!isSerializable && call.Standing.Role == NodeRole.Learner)
            throw call.NotForLearners;
        var options = new ReadOptions(isSerializable ? Consistency.Local : Consistency.Linearizable);
        var result = await call.Node.RangeAsync(range, options, call.Ended);
        var header = call.HeaderAt(result.Revision);
        var target = new ProtoWriter(call.Reply.Begin(RangeWire.SizeBytes(header, result)));
        RangeWire.Write(ref target, header, result);
        target.End();
    }

    private static async ValueTask PutAsync(EtcdCall call, ReadOnlyMemory<byte> request)
    {
        var put = PutWire.Read(request);
        KvRules.Check(put);

        // etcd counts the request as it came. To our own clients the limit is that of a value, whatever carries it, and a key has its own.
        CheckSize(call, call.IsInOurWords ? put.Value.Length : request.Length);
        var result = await call.Node.PutAsync(put, call.Writing, call.Ended);
        var header = call.HeaderAt(result.Revision);
        var target = new ProtoWriter(call.Reply.Begin(PutWire.SizeBytes(header, result)));
        PutWire.Write(ref target, header, result);
        target.End();
    }

    private static async ValueTask DeleteAsync(EtcdCall call, ReadOnlyMemory<byte> request)
    {
        var delete = DeleteWire.Read(request);
        KvRules.Check(delete);
        CheckSize(call, request.Length);
        var result = await call.Node.DeleteAsync(delete, call.Writing, call.Ended);
        var header = call.HeaderAt(result.Revision);
        var target = new ProtoWriter(call.Reply.Begin(DeleteWire.SizeBytes(header, result)));
        DeleteWire.Write(ref target, header, result);
        target.End();
    }

    private static async ValueTask TransactAsync(EtcdCall call, ReadOnlyMemory<byte> request)
    {
        var transaction = TxnWire.Read(request);
        KvRules.Check(transaction, call.Face.Options.TransactionOperationsMax);

        // etcd finds a key that is written twice before it knows the size; where the size is right the store finds it.
        if (request.Length > call.Face.Options.RequestSizeBytesMax && OperationRules.Check(transaction) is { Error: LutraError.InvalidArgument })
            throw EtcdErrors.DuplicateKey;
        CheckSize(call, request.Length);
        var result = await call.Node.TransactAsync(transaction, call.Writing, call.Ended);
        var header = call.HeaderAt(result.Revision);
        var target = new ProtoWriter(call.Reply.Begin(TxnWire.SizeBytes(header.SizeBytes, result)));
        TxnWire.Write(ref target, header, result);
        target.End();
    }

    private static async ValueTask CompactAsync(EtcdCall call, ReadOnlyMemory<byte> request)
    {
        var result = await call.Node.CompactAsync(CompactWire.Read(request), call.Ended);
        var header = call.HeaderAt(result.Revision);
        var target = new ProtoWriter(call.Reply.Begin(header.SizeBytes));
        header.Write(ref target);
        target.End();
    }

    /// <summary>What goes into the log is bounded, with what the log adds to it.</summary>
    private static void CheckSize(EtcdCall call, int sizeBytes)
    {
        if (sizeBytes > call.Face.Options.RequestSizeBytesMax)
            throw EtcdErrors.RequestTooLarge;
    }
}
