using Lutra.Server.Rest.Replies;
using Microsoft.AspNetCore.Http;

namespace Lutra.Server.Rest.Requests;

/// <summary>
/// <c>If-Match</c> and <c>If-None-Match</c> (RFC 9110, section 13.1) over a key's revision, its entity tag: <c>"7"</c> or <c>*</c>. For writes they
/// become compares of one transaction, so nothing can come between the look and the write.
/// </summary>
/// <param name="Match">The revision the key must have; 0: any, but it must exist; null: not asked.</param>
/// <param name="NoneMatch">The revision the key must not have; 0: it must not exist; null: not asked.</param>
internal readonly record struct Precondition(long? Match, long? NoneMatch)
{
    public bool IsEmpty => Match is null && NoneMatch is null;

    public static Precondition Read(IHeaderDictionary headers) =>
        new(ReadTag(headers.IfMatch, "If-Match", weakAllowed: false), ReadTag(headers.IfNoneMatch, "If-None-Match", weakAllowed: true));

    /// <summary>The same, for a transaction to check.</summary>
    public IEnumerable<Compare> ToCompares(ReadOnlyMemory<byte> key)
    {
        var range = KeyRange.Single(key);
        if (Match is { } match)
            yield return match == 0
                ? new Compare(range, CompareTarget.ModRevision, CompareResult.Greater, 0)
                : new Compare(range, CompareTarget.ModRevision, CompareResult.Equal, match);
        if (NoneMatch is { } none)
            yield return none == 0
                ? new Compare(range, CompareTarget.ModRevision, CompareResult.Equal, 0)
                : new Compare(range, CompareTarget.ModRevision, CompareResult.NotEqual, none);
    }

    private static long? ReadTag(Microsoft.Extensions.Primitives.StringValues values, string header, bool weakAllowed)
    {
        if (values.Count == 0)
            return null;
        var tag = values.Count == 1 ? values[0].AsSpan().Trim() : default;
        if (tag.SequenceEqual("*"))
            return 0;
        if (weakAllowed && tag.StartsWith("W/"))
            tag = tag[2..];
        return tag.Length > 2 && tag[0] == '"' && tag[^1] == '"'
            && WholeNumber.TryParse(tag[1..^1], out var revision) && revision > 0
            ? revision
            : throw new RefusedException(Problem.Malformed($"{header} takes one revision in quotes, as ETag gives it (\"7\"), or *."));
    }
}
