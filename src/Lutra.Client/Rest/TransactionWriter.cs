using System.Diagnostics;
using System.Text;
using Lutra.Protocol;

namespace Lutra.Client.Rest;

/// <summary>From the store's operations to the wire's.</summary>
internal static class TransactionWriter
{
    public static TransactionBody ToBody(TransactionOperation transaction) => new()
    {
        Compare = transaction.Compares.Select(ToBody).ToArray(),
        Then = transaction.Then.Select(ToBody).ToArray(),
        Else = transaction.Else.Select(ToBody).ToArray(),
    };

    private static CompareBody ToBody(Compare compare)
    {
        var (value, valueBase64) = compare.Target == CompareTarget.Value ? Split(compare.Value.Span) : default;
        return WithRange(compare.Range, new CompareBody
        {
            Is = compare.Result switch
            {
                CompareResult.Equal => "=",
                CompareResult.NotEqual => "!=",
                CompareResult.Greater => ">",
                CompareResult.Less => "<",
                _ => throw new UnreachableException($"No sign for {compare.Result}"),
            },
            Value = value,
            ValueBase64 = valueBase64,
            Version = compare.Target == CompareTarget.Version ? compare.Number : null,
            Revision = compare.Target == CompareTarget.ModRevision ? compare.Number : null,
            CreateRevision = compare.Target == CompareTarget.CreateRevision ? compare.Number : null,
            Lease = compare.Target == CompareTarget.Lease ? compare.Number : null,
        });
    }

    private static OperationBody ToBody(Operation operation) => operation switch
    {
        PutOperation put => new OperationBody { Put = ToBody(put) },
        RangeOperation range => new OperationBody { Get = ToBody(range) },
        DeleteOperation delete => new OperationBody { Delete = WithRange(delete.Range, new DeleteBody { ReturnPrevious = delete.ReturnPrevious }) },
        TransactionOperation nested => new OperationBody { Txn = ToBody(nested) },
        _ => throw new UnreachableException($"No body for {operation}"),
    };

    private static PutBody ToBody(PutOperation put)
    {
        var (key, keyBase64) = Split(put.Key.Span);
        var (value, valueBase64) = Split(put.Value.Span);
        return new PutBody
        {
            Key = key,
            KeyBase64 = keyBase64,
            Value = value,
            ValueBase64 = valueBase64,
            Lease = put.Lease,
            ReturnPrevious = put.ReturnPrevious,
            IgnoreValue = put.IgnoreValue,
            IgnoreLease = put.IgnoreLease,
        };
    }

    private static GetBody ToBody(RangeOperation range) => WithRange(range.Range, new GetBody
    {
        Limit = range.Limit,
        Revision = range.Revision.Value,
        Sort = RangeTarget.NameOf(range.Sort),
        Descending = range.Descending,
        KeysOnly = range.KeysOnly,
        CountOnly = range.CountOnly,
        MinRevision = range.MinModRevision.Value,
        MaxRevision = range.MaxModRevision.Value,
        MinCreateRevision = range.MinCreateRevision.Value,
        MaxCreateRevision = range.MaxCreateRevision.Value,
    });

    public static T WithRange<T>(KeyRange range, T body)
        where T : RangeBody
    {
        var (from, fromBase64) = Split(range.From.Span);
        if (range.End is not { } end)
            return body with { Key = from, KeyBase64 = fromBase64 };
        var (to, toBase64) = end.IsEmpty ? default : Split(end.Span);
        return body with { From = from, FromBase64 = fromBase64, To = to, ToBase64 = toBase64 };
    }

    private static (string? Text, byte[]? Base64) Split(ReadOnlySpan<byte> bytes) =>
        BytesJson.IsText(bytes) ? (Encoding.UTF8.GetString(bytes), null) : (null, bytes.ToArray());
}
