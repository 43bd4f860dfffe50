using Lutra.Server.Rest.Replies;
using Lutra.Server.Rest.Requests;

namespace Lutra.Server.Rest.Keys;

/// <summary>The parameters of <c>GET /keys</c>, as the range that they ask for.</summary>
internal static class PageQuery
{
    public static readonly string[] Parameters =
    [
        "key", "key_base64", "prefix", "prefix_base64", "from", "from_base64", "to", "to_base64", "after", "after_base64", "limit", "revision",
        "consistency", "sort", "descending", "keys_only", "count_only", "min_revision", "max_revision", "min_create_revision", "max_create_revision",
    ];

    public static RangeOperation Read(QueryValues query, int limitDefault)
    {
        var descending = query.Flag("descending");
        var sort = Sorts.Parse(query.Text("sort"), "The query parameter 'sort'");
        var range = RangeOf(query);
        if (query.Bytes("after", "after_base64") is { } after)
        {
            RestCall.CheckKeySize(after.Length);
            if (sort != SortTarget.Key)
                throw new RefusedException(Problem.Malformed("'after' goes on behind a key, so it needs the order of keys: leave 'sort' out."));
            range = descending ? EndBefore(range, after) : StartBehind(range, after);
        }

        return new RangeOperation(
            range,
            query.Number("limit", limitDefault),
            new Revision(query.Number("revision")),
            sort,
            descending,
            query.Flag("keys_only"),
            query.Flag("count_only"),
            new Revision(query.Number("min_revision")),
            new Revision(query.Number("max_revision")),
            new Revision(query.Number("min_create_revision")),
            new Revision(query.Number("max_create_revision")));
    }

    private static KeyRange RangeOf(QueryValues query) =>
        RangeChoice.Of(
            query.Bytes("key", "key_base64"), query.Bytes("prefix", "prefix_base64"), query.Bytes("from", "from_base64"), query.Bytes("to", "to_base64"))
        ?? KeyRange.All;

    // The first key behind another is that key with a zero byte.
    private static KeyRange StartBehind(KeyRange range, byte[] after)
    {
        if (range.IsSingleKey)
            throw SingleKey();
        return range.From.Span.SequenceCompareTo(after) > 0 ? range : range with { From = (byte[])[.. after, 0] };
    }

    private static KeyRange EndBefore(KeyRange range, byte[] after)
    {
        if (range.End is not { } end)
            throw SingleKey();
        if (after.Length == 0)
            throw new RefusedException(Problem.Malformed("'after' is empty, and no key comes before the empty one."));
        return end.IsEmpty || end.Span.SequenceCompareTo(after) > 0 ? range with { End = after } : range;
    }

    private static RefusedException SingleKey() => new(Problem.Malformed("'key' asks for one key, and behind it 'after' finds none: give one of them."));
}
