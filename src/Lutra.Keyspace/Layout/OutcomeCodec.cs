using System.Collections.Immutable;
using System.Text;

namespace Lutra.Keyspace;

/// <summary>
/// What became of a command, as it is kept to answer a repeat: u8 kind, then the fields. 0 nothing to say; 1 refusal: varint error, text; 2
/// put, 3 delete, 4 range, 5 transaction, 6 compaction, each led by its revision. Byte strings are a varint length and the bytes, lists a
/// varint count and the items.
/// </summary>
internal static class OutcomeCodec
{
    private const byte Nothing = 0, Refused = 1, Put = 2, Delete = 3, Range = 4, Transaction = 5, Compact = 6;

    // A key-value takes at least two empty byte strings and four numbers; a result at least a kind and a revision.
    private const int KeyValueBytesMin = 6, ResultBytesMin = 2;

    public static void Write(ByteWriter target, in Outcome outcome)
    {
        if (outcome.Refusal is { } refusal)
        {
            target.Byte(Refused);
            target.Varint((ulong)refusal.Error);
            target.Bytes(Encoding.UTF8.GetBytes(refusal.Message));
        }
        else if (outcome.Result is { } result)
        {
            WriteResult(target, result);
        }
        else
        {
            target.Byte(Nothing);
        }
    }

    public static Outcome Read(ReadOnlyMemory<byte> bytes)
    {
        var source = new ByteReader(bytes);
        var kind = source.Byte();
        var outcome = kind switch
        {
            Nothing => new Outcome(null, null),
            Refused => new Outcome(null, new Refusal((LutraError)source.Varint(), Encoding.UTF8.GetString(source.Bytes().Span))),
            _ => new Outcome(ReadResult(kind, ref source, depth: 0), null),
        };
        source.ExpectEnd();
        return outcome;
    }

    private static void WriteResult(ByteWriter target, OperationResult result)
    {
        switch (result)
        {
            case PutResult put:
                Begin(target, Put, put);
                target.Byte(put.Previous is null ? (byte)0 : (byte)1);
                if (put.Previous is not null)
                    WriteKeyValue(target, put.Previous);
                break;
            case DeleteResult delete:
                Begin(target, Delete, delete);
                target.Varint(delete.Deleted);
                WriteKeyValues(target, delete.Previous);
                break;
            case RangeResult range:
                Begin(target, Range, range);
                target.Varint(range.Count);
                target.Byte(range.More ? (byte)1 : (byte)0);
                WriteKeyValues(target, range.KeyValues);
                break;
            case TransactionResult transaction:
                Begin(target, Transaction, transaction);
                target.Byte(transaction.Succeeded ? (byte)1 : (byte)0);
                target.Varint((ulong)transaction.Results.Length);
                foreach (var inner in transaction.Results)
                    WriteResult(target, inner);
                break;
            case CompactResult compact:
                Begin(target, Compact, compact);
                break;
            default:
                throw new InvalidOperationException($"No encoding for {result.GetType().Name}.");
        }
    }

    private static OperationResult ReadResult(byte kind, ref ByteReader source, int depth)
    {
        if (depth > KeyspaceLimits.TransactionDepthMax)
            throw new FormatException($"Results nest deeper than {KeyspaceLimits.TransactionDepthMax}.");
        var revision = new Revision(source.VarintSigned());
        switch (kind)
        {
            case Put:
                return new PutResult(revision, source.Byte() == 0 ? null : ReadKeyValue(ref source));
            case Delete:
                return new DeleteResult(revision, source.VarintSigned(), ReadKeyValues(ref source));
            case Range:
                var count = source.VarintSigned();
                var more = source.Byte() != 0;
                return new RangeResult(revision, ReadKeyValues(ref source), count, more);
            case Transaction:
                return new TransactionResult(revision, source.Byte() != 0, ReadResults(ref source, depth));
            case Compact:
                return new CompactResult(revision);
            default:
                throw new FormatException($"A kept result is of kind {kind}, which is not known.");
        }
    }

    // Room is made for what is announced, on every level: no more is announced than a transaction may have.
    private static ImmutableArray<OperationResult> ReadResults(ref ByteReader source, int depth)
    {
        var count = source.Count(ResultBytesMin);
        if (count > KeyspaceLimits.OperationsMax)
            throw new FormatException($"A transaction has {count} results; the most are {KeyspaceLimits.OperationsMax}.");
        var results = ImmutableArray.CreateBuilder<OperationResult>(count);
        for (var left = count; left > 0; left--)
            results.Add(ReadResult(source.Byte(), ref source, depth + 1));
        return results.MoveToImmutable();
    }

    private static void Begin(ByteWriter target, byte kind, OperationResult result)
    {
        target.Byte(kind);
        target.Varint(result.Revision.Value);
    }

    private static void WriteKeyValues(ByteWriter target, ImmutableArray<KeyValue> keyValues)
    {
        target.Varint((ulong)keyValues.Length);
        foreach (var keyValue in keyValues)
            WriteKeyValue(target, keyValue);
    }

    private static ImmutableArray<KeyValue> ReadKeyValues(ref ByteReader source)
    {
        var keyValues = ImmutableArray.CreateBuilder<KeyValue>(source.Count(KeyValueBytesMin));
        for (var left = keyValues.Capacity; left > 0; left--)
            keyValues.Add(ReadKeyValue(ref source));
        return keyValues.MoveToImmutable();
    }

    private static void WriteKeyValue(ByteWriter target, KeyValue keyValue)
    {
        target.Bytes(keyValue.Key.Span);
        target.Bytes(keyValue.Value.Span);
        target.Varint(keyValue.CreateRevision.Value);
        target.Varint(keyValue.ModRevision.Value);
        target.Varint(keyValue.Version);
        target.Varint(keyValue.Lease);
    }

    // Copies: an answer outlasts the tables it was kept in.
    private static KeyValue ReadKeyValue(ref ByteReader source) => new(
        source.Bytes().ToArray(),
        source.Bytes().ToArray(),
        new Revision(source.VarintSigned()),
        new Revision(source.VarintSigned()),
        source.VarintSigned(),
        source.VarintSigned());
}
