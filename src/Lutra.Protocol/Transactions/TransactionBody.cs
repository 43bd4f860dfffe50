using System.Text.Json.Serialization;

namespace Lutra.Protocol;

/// <summary>
/// A transaction: if every compare holds, <c>then</c> is done, else <c>else</c>; at once, or not at all.
/// <code>
/// {"compare":[{"key":"name","revision":7},{"key":"lock","version":0}],
///  "then":[{"put":{"key":"name","value":"otter"}},{"get":{"prefix":"config/"}}],
///  "else":[{"get":{"key":"name"}},{"txn":{"then":[{"delete":{"key":"lock"}}]}}]}
/// </code>
/// </summary>
public sealed record TransactionBody
{
    // The three can be set, not only initialised: the generated reader gives every init-only member a value, and would put null over the empty list.
    public IReadOnlyList<CompareBody> Compare { get; set; } = [];

    public IReadOnlyList<OperationBody> Then { get; set; } = [];

    public IReadOnlyList<OperationBody> Else { get; set; } = [];
}

/// <summary>
/// The keys that a compare or an operation is about: exactly one of a key, a prefix, or a range <c>from</c> (to the end of the store, or up to and
/// without <c>to</c>). Each as text, or as base64 under the name with <c>_base64</c>.
/// </summary>
public abstract record RangeBody
{
    public string? Key { get; init; }

    public byte[]? KeyBase64 { get; init; }

    public string? Prefix { get; init; }

    public byte[]? PrefixBase64 { get; init; }

    public string? From { get; init; }

    public byte[]? FromBase64 { get; init; }

    public string? To { get; init; }

    public byte[]? ToBase64 { get; init; }
}

/// <summary>
/// Holds when what is stored stands in the relation <c>is</c> (<c>"="</c>, <c>"!="</c>, <c>"&gt;"</c>, <c>"&lt;"</c>; default <c>"="</c>) to what is given:
/// exactly one of a value and the numbers. An absent key has 0 for all numbers, so <c>{"key":"a","version":0}</c> says "a does not exist".
/// </summary>
public sealed record CompareBody : RangeBody
{
    public string Is { get; set; } = "=";

    public string? Value { get; init; }

    public byte[]? ValueBase64 { get; init; }

    public long? Version { get; init; }

    public long? Revision { get; init; }

    public long? CreateRevision { get; init; }

    public long? Lease { get; init; }
}

/// <summary>One thing to do: exactly one of the members is there.</summary>
public sealed record OperationBody
{
    public PutBody? Put { get; init; }

    public GetBody? Get { get; init; }

    public DeleteBody? Delete { get; init; }

    public TransactionBody? Txn { get; init; }
}

public sealed record PutBody
{
    public string? Key { get; init; }

    public byte[]? KeyBase64 { get; init; }

    public string? Value { get; init; }

    public byte[]? ValueBase64 { get; init; }

    public long Lease { get; init; }

    public bool ReturnPrevious { get; init; }

    /// <summary>Keep the value that is there; the key must exist.</summary>
    public bool IgnoreValue { get; init; }

    /// <summary>Keep the lease that is there; the key must exist.</summary>
    public bool IgnoreLease { get; init; }
}

public sealed record GetBody : RangeBody
{
    /// <summary>The most keys to answer with; 0: all.</summary>
    public long Limit { get; init; }

    /// <summary>Read as of this revision; 0: the newest, with the writes before it in this transaction.</summary>
    public long Revision { get; init; }

    /// <summary>One of <see cref="SortNames"/>.</summary>
    public string? Sort { get; init; }

    public bool Descending { get; init; }

    public bool KeysOnly { get; init; }

    public bool CountOnly { get; init; }

    public long MinRevision { get; init; }

    public long MaxRevision { get; init; }

    public long MinCreateRevision { get; init; }

    public long MaxCreateRevision { get; init; }
}

public sealed record DeleteBody : RangeBody
{
    public bool ReturnPrevious { get; init; }
}

/// <summary>What became of a transaction.</summary>
/// <param name="Succeeded">Every compare held, and <c>then</c> was done; else <c>else</c> was.</param>
/// <param name="Results">One for each operation of that branch, in order.</param>
public sealed record TransactionReply(long Revision, bool Succeeded, IReadOnlyList<OperationReply> Results);

/// <summary>What became of one operation: the member named as the operation was.</summary>
public sealed record OperationReply
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PutReply? Put { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PageReply? Get { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DeleteReply? Delete { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TransactionReply? Txn { get; init; }
}
