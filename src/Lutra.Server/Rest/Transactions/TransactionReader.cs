using System.Collections.Immutable;
using System.Text;
using Lutra.Protocol;
using Lutra.Server.Rest.Replies;
using Lutra.Server.Rest.Requests;

namespace Lutra.Server.Rest.Transactions;

/// <summary>Turns the body of a transaction into the store's operations, and refuses what the shape allows but makes no sense or is too large.</summary>
internal sealed class TransactionReader(RestFaceOptions options)
{
    private long valueBytes;

    public TransactionOperation Read(TransactionBody body) => Read(body, LutraLimits.TransactionOperationsMax);

    private TransactionOperation Read(TransactionBody body, int operationsMax)
    {
        // As etcd counts: the longest of the three lists, and a nested transaction gets what is left.
        var longest = Math.Max(body.Compare.Count, Math.Max(body.Then.Count, body.Else.Count));
        if (longest > operationsMax)
            throw new RefusedException(Problem.TooLarge("The transaction", longest, operationsMax, "operations", null));
        var left = operationsMax - longest;
        return new TransactionOperation(
            body.Compare.Select(Read).ToImmutableArray(),
            body.Then.Select(operation => Read(operation, left)).ToImmutableArray(),
            body.Else.Select(operation => Read(operation, left)).ToImmutableArray());
    }

    private Compare Read(CompareBody? body)
    {
        if (body is null)
            throw Refused("A compare is null.");
        var range = RangeOf(body, "compare");
        var relation = body.Is switch
        {
            "=" => CompareResult.Equal,
            "!=" => CompareResult.NotEqual,
            ">" => CompareResult.Greater,
            "<" => CompareResult.Less,
            _ => throw Refused($"'is' must be =, !=, > or <, not {Quoted.Of(body.Is)}."),
        };
        var value = Bytes(body.Value, body.ValueBase64, "value");
        (CompareTarget Target, long Number)?[] numbers =
        [
            body.Version is { } version ? (CompareTarget.Version, version) : null,
            body.Revision is { } revision ? (CompareTarget.ModRevision, revision) : null,
            body.CreateRevision is { } created ? (CompareTarget.CreateRevision, created) : null,
            body.Lease is { } lease ? (CompareTarget.Lease, lease) : null,
        ];
        var given = numbers.Where(number => number is not null).ToArray();
        if (given.Length + (value is null ? 0 : 1) != 1)
            throw Refused("A compare needs one of value, version, revision, create_revision and lease.");
        if (value is null)
            return new Compare(range, given[0]!.Value.Target, relation, given[0]!.Value.Number);
        AddValue(value);
        return new Compare(range, CompareTarget.Value, relation, Value: value);
    }

    private Operation Read(OperationBody? body, int operationsLeft) => body switch
    {
        { Put: { } put, Get: null, Delete: null, Txn: null } => Read(put),
        { Put: null, Get: { } get, Delete: null, Txn: null } => Read(get),
        { Put: null, Get: null, Delete: { } delete, Txn: null } => new DeleteOperation(RangeOf(delete, "delete"), delete.ReturnPrevious),
        { Put: null, Get: null, Delete: null, Txn: { } nested } => Read(nested, operationsLeft),
        _ => throw Refused("An operation needs one of put, get, delete and txn."),
    };

    private PutOperation Read(PutBody body)
    {
        var key = Bytes(body.Key, body.KeyBase64, "key");
        if (key is null or { Length: 0 })
            throw new RefusedException(Problem.KeyRequired);
        RestCall.CheckKeySize(key.Length);
        var value = Bytes(body.Value, body.ValueBase64, "value");
        if (value is null && !body.IgnoreValue)
            throw Refused("A put needs a value, or ignore_value.");
        AddValue(value ?? []);
        return new PutOperation(key, value ?? [], NotNegative(body.Lease, "lease"), body.ReturnPrevious, body.IgnoreValue, body.IgnoreLease);
    }

    private static RangeOperation Read(GetBody body) => new(
        RangeOf(body, "get"),
        NotNegative(body.Limit, "limit"),
        new Revision(NotNegative(body.Revision, "revision")),
        Sorts.Parse(body.Sort, "'sort'"),
        body.Descending,
        body.KeysOnly,
        body.CountOnly,
        new Revision(NotNegative(body.MinRevision, "min_revision")),
        new Revision(NotNegative(body.MaxRevision, "max_revision")),
        new Revision(NotNegative(body.MinCreateRevision, "min_create_revision")),
        new Revision(NotNegative(body.MaxCreateRevision, "max_create_revision")));

    private static KeyRange RangeOf(RangeBody body, string what) =>
        RangeChoice.Of(
            Bytes(body.Key, body.KeyBase64, "key"),
            Bytes(body.Prefix, body.PrefixBase64, "prefix"),
            Bytes(body.From, body.FromBase64, "from"),
            Bytes(body.To, body.ToBase64, "to"))
        ?? throw Refused($"A {what} needs a key, a prefix (\"\" for all keys), or 'from' and 'to'.");

    private static byte[]? Bytes(string? text, byte[]? base64, string name)
    {
        if (text is not null && base64 is not null)
            throw Refused($"Give '{name}' or '{name}_base64', not both.");
        return text is null ? base64 : Encoding.UTF8.GetBytes(text);
    }

    private static long NotNegative(long number, string name) =>
        number >= 0 ? number : throw Refused($"'{name}' must be from 0 up, not {number}.");

    private static RefusedException Refused(string detail) => new(Problem.Malformed(detail));

    private void AddValue(byte[] value)
    {
        valueBytes += value.Length;
        if (valueBytes > options.RequestSizeBytesMax)
            throw new RefusedException(
                Problem.TooLarge("The values together", valueBytes, options.RequestSizeBytesMax, "bytes", options.RequestSizeOption));
    }
}
