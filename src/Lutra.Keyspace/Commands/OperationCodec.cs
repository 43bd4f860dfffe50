using System.Collections.Immutable;

namespace Lutra.Keyspace.Commands;

/// <summary>
/// An operation: a byte for its kind, a byte of flags, then its fields; absent fields are left out and flagged. Byte strings are a varint
/// length and the bytes, numbers are varints. Drawn in <c>docs/formats.md</c>.
/// </summary>
internal static class OperationCodec
{
    private const byte Put = 1, Delete = 2, Range = 3, Transaction = 4;

    // The least an operation and a compare can take: kind, flags and an empty key.
    private const int OperationBytesMin = 3, CompareBytesMin = 4;

    // Room for more than this is made only as the items turn up: each of many nested lists may claim all that is left.
    private const int ListCapacity = 8;

    [Flags]
    private enum PutFlags : byte
    {
        Lease = 1,
        ReturnPrevious = 2,
        IgnoreValue = 4,
        IgnoreLease = 8,
        All = 15,
    }

    [Flags]
    private enum DeleteFlags : byte
    {
        End = 1,
        ReturnPrevious = 2,
        All = 3,
    }

    public static int PutSizeBytes(PutOperation put) =>
        2 + VarintBytes((ulong)put.Key.Length) + put.Key.Length + VarintBytes((ulong)put.Value.Length) + put.Value.Length
        + (put.Lease == 0 ? 0 : VarintBytes((ulong)put.Lease));

    public static void Write(ByteWriter target, Operation operation, int depth)
    {
        switch (operation)
        {
            case PutOperation put:
                WritePut(target, put);
                break;
            case DeleteOperation delete:
                target.Byte(Delete);
                target.Byte((byte)(
                    (delete.Range.IsSingleKey ? 0 : DeleteFlags.End) | (delete.ReturnPrevious ? DeleteFlags.ReturnPrevious : 0)));
                WriteRange(target, delete.Range);
                break;
            case RangeOperation range:
                target.Byte(Range);
                RangeCodec.Write(target, range);
                break;
            case TransactionOperation transaction:
                WriteTransaction(target, transaction, depth);
                break;
            default:
                throw new ArgumentException($"No encoding for {operation?.GetType().Name ?? "null"}.", nameof(operation));
        }
    }

    public static Operation Read(ref ByteReader source, int depth) => source.Byte() switch
    {
        Put => ReadPut(ref source),
        Delete => ReadDelete(ref source),
        Range => RangeCodec.Read(ref source),
        Transaction => ReadTransaction(ref source, depth),
        var kind => throw new FormatException($"operation kind {kind} is not known"),
    };

    public static void WriteRange(ByteWriter target, KeyRange range)
    {
        target.Bytes(range.From.Span);
        if (range.End is { } end)
            target.Bytes(end.Span);
    }

    public static KeyRange ReadRange(ref ByteReader source, bool hasEnd)
    {
        var from = source.Bytes();
        // Spelled out: a bare null would become an empty end, which means "to the end of the store".
        return hasEnd ? new KeyRange(from, source.Bytes()) : KeyRange.Single(from);
    }

    private static void WritePut(ByteWriter target, PutOperation put)
    {
        target.Byte(Put);
        target.Byte((byte)((put.Lease == 0 ? 0 : PutFlags.Lease) | (put.ReturnPrevious ? PutFlags.ReturnPrevious : 0)
            | (put.IgnoreValue ? PutFlags.IgnoreValue : 0) | (put.IgnoreLease ? PutFlags.IgnoreLease : 0)));
        target.Bytes(put.Key.Span);
        target.Bytes(put.Value.Span);
        if (put.Lease != 0)
            target.Varint(put.Lease);
    }

    private static PutOperation ReadPut(ref ByteReader source)
    {
        var flags = (PutFlags)Known(source.Byte(), (byte)PutFlags.All);
        var key = source.Bytes();
        var value = source.Bytes();
        long lease = 0;
        if (flags.HasFlag(PutFlags.Lease) && (lease = source.VarintSigned()) == 0)
            throw new FormatException("a lease is announced and missing");
        return new PutOperation(
            key,
            value,
            lease,
            flags.HasFlag(PutFlags.ReturnPrevious),
            flags.HasFlag(PutFlags.IgnoreValue),
            flags.HasFlag(PutFlags.IgnoreLease));
    }

    private static DeleteOperation ReadDelete(ref ByteReader source)
    {
        var flags = (DeleteFlags)Known(source.Byte(), (byte)DeleteFlags.All);
        return new DeleteOperation(ReadRange(ref source, flags.HasFlag(DeleteFlags.End)), flags.HasFlag(DeleteFlags.ReturnPrevious));
    }

    private static void WriteTransaction(ByteWriter target, TransactionOperation transaction, int depth)
    {
        if (depth >= KeyspaceLimits.TransactionDepthMax)
            throw new ArgumentException($"Transactions nest deeper than {KeyspaceLimits.TransactionDepthMax}.", nameof(transaction));
        target.Byte(Transaction);
        target.Varint((ulong)transaction.Compares.Length);
        foreach (var compare in transaction.Compares)
            CompareCodec.Write(target, compare);
        WriteBranch(target, transaction.Then, depth + 1);
        WriteBranch(target, transaction.Else, depth + 1);
    }

    private static void WriteBranch(ByteWriter target, ImmutableArray<Operation> operations, int depth)
    {
        target.Varint((ulong)operations.Length);
        foreach (var operation in operations)
            Write(target, operation, depth);
    }

    private static TransactionOperation ReadTransaction(ref ByteReader source, int depth)
    {
        if (depth >= KeyspaceLimits.TransactionDepthMax)
            throw new FormatException($"transactions nest deeper than {KeyspaceLimits.TransactionDepthMax}");
        var count = source.Count(CompareBytesMin);
        var compares = ImmutableArray.CreateBuilder<Compare>(Math.Min(count, ListCapacity));
        for (; count > 0; count--)
            compares.Add(CompareCodec.Read(ref source));
        var then = ReadBranch(ref source, depth + 1);
        return new TransactionOperation(compares.DrainToImmutable(), then, ReadBranch(ref source, depth + 1));
    }

    private static ImmutableArray<Operation> ReadBranch(ref ByteReader source, int depth)
    {
        var count = source.Count(OperationBytesMin);
        var operations = ImmutableArray.CreateBuilder<Operation>(Math.Min(count, ListCapacity));
        for (; count > 0; count--)
            operations.Add(Read(ref source, depth));
        return operations.DrainToImmutable();
    }

    public static byte Known(byte flags, byte all) =>
        (flags & ~all) == 0 ? flags : throw new FormatException($"flags {flags:x2} are not known");

    private static int VarintBytes(ulong value)
    {
        var bytes = 1;
        for (; value >= 0x80; value >>= 7)
            bytes++;
        return bytes;
    }
}
