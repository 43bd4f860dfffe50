using System.Collections.Immutable;
using Lutra.Server.Etcd.Errors;
using Lutra.Server.Etcd.Wire;

namespace Lutra.Server.Etcd.Kv;

/// <summary><c>TxnRequest</c> in, <c>TxnResponse</c> out.</summary>
internal static class TxnWire
{
    /// <summary>
    /// Not checked: <see cref="KvRules"/> does. An operation that is none stands as null. What is longer or deeper than any transaction may be is refused at once,
    /// before it takes memory or stack.
    /// </summary>
    public static TransactionOperation Read(ReadOnlyMemory<byte> message) => Read(message, depth: 0);

    private static TransactionOperation Read(ReadOnlyMemory<byte> message, int depth)
    {
        if (depth > LutraLimits.TransactionOperationsMax)
            throw EtcdErrors.TooManyOperations;
        var compares = ImmutableArray.CreateBuilder<Compare>();
        var success = ImmutableArray.CreateBuilder<Operation>();
        var failure = ImmutableArray.CreateBuilder<Operation>();
        var source = new ProtoReader(message);
        while (source.Next(out var type) is > 0 and var field)
        {
            switch (field)
            {
                case 1: Add(compares, CompareWire.Read(source.Bytes(type))); break;
                case 2: Add(success, ReadOperation(source.Bytes(type), depth)); break;
                case 3: Add(failure, ReadOperation(source.Bytes(type), depth)); break;
                default: source.Skip(type); break;
            }
        }

        return new TransactionOperation(compares.DrainToImmutable(), success.DrainToImmutable(), failure.DrainToImmutable());
    }

    private static void Add<T>(ImmutableArray<T>.Builder list, T one)
    {
        if (list.Count >= LutraLimits.TransactionOperationsMax)
            throw EtcdErrors.TooManyOperations;
        list.Add(one);
    }

    private static Operation ReadOperation(ReadOnlyMemory<byte> message, int depth)
    {
        Operation? operation = null;
        var source = new ProtoReader(message);
        while (source.Next(out var type) is > 0 and var field)
        {
            switch (field)
            {
                case 1: operation = RangeWire.ReadInner(source.Bytes(type)); break;
                case 2: operation = PutWire.Read(source.Bytes(type)); break;
                case 3: operation = DeleteWire.Read(source.Bytes(type)); break;
                case 4: operation = Read(source.Bytes(type), depth + 1); break;
                default: source.Skip(type); break;
            }
        }

        return operation!;
    }

    public static int SizeBytes(int headerSizeBytes, TransactionResult result)
    {
        var bytes = headerSizeBytes + ProtoSize.Flag(result.Succeeded);
        foreach (var one in result.Results)
            bytes = checked(bytes + ProtoSize.Message(ProtoSize.Message(ResponseSizeBytes(one))));
        return bytes;
    }

    public static void Write(ref ProtoWriter target, in ReplyHeader header, TransactionResult result)
    {
        header.Write(ref target);
        target.Flag(2, result.Succeeded);
        foreach (var one in result.Results)
            WriteResponse(ref target, one);
    }

    // A nested transaction's header is there, and holds nothing at all.
    private static int ResponseSizeBytes(OperationResult result) => result switch
    {
        RangeResult range => RangeWire.SizeBytes(ReplyHeader.Inner(range.Revision), range),
        PutResult put => PutWire.SizeBytes(ReplyHeader.Inner(put.Revision), put),
        DeleteResult delete => DeleteWire.SizeBytes(ReplyHeader.Inner(delete.Revision), delete),
        TransactionResult nested => SizeBytes(default(ReplyHeader).SizeBytes, nested),
        _ => throw new System.Diagnostics.UnreachableException($"No reply for {result}"),
    };

    private static void WriteResponse(ref ProtoWriter target, OperationResult result)
    {
        var bytes = ResponseSizeBytes(result);
        target.Message(3, ProtoSize.Message(bytes));
        switch (result)
        {
            case RangeResult range:
                target.Message(1, bytes);
                RangeWire.Write(ref target, ReplyHeader.Inner(range.Revision), range);
                break;
            case PutResult put:
                target.Message(2, bytes);
                PutWire.Write(ref target, ReplyHeader.Inner(put.Revision), put);
                break;
            case DeleteResult delete:
                target.Message(3, bytes);
                DeleteWire.Write(ref target, ReplyHeader.Inner(delete.Revision), delete);
                break;
            case TransactionResult nested:
                target.Message(4, bytes);
                Write(ref target, default, nested);
                break;
        }
    }
}
