using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Lutra.Protocol;

namespace Lutra.Client.Rest;

/// <summary>Where a read goes: <c>/key</c> for one key, <c>/keys</c> for anything else.</summary>
internal static class RangeTarget
{
    /// <summary>One key and nothing special about it, so that the leaner call will do.</summary>
    public static bool IsOneKey(RangeOperation range) =>
        range == new RangeOperation(range.Range, range.Limit, range.Revision) && range.Range is { IsSingleKey: true, From.Length: > 0 };

    public static string Of(RangeOperation range, ReadOptions options)
    {
        var target = new StringBuilder(IsOneKey(range) ? KeyTarget.Of(range.Range.From.Span) : "/keys");
        var parameters = new Parameters(target);
        if (options.Consistency == Consistency.Local)
            parameters.Add("consistency", "local");
        parameters.AddNonZero("revision", range.Revision.Value);
        if (!IsOneKey(range))
            AddAll(ref parameters, range);
        return target.ToString();
    }

    private static void AddAll(ref Parameters parameters, RangeOperation range)
    {
        var (from, end) = range.Range;
        if (end is null)
            parameters.Add("key_base64", Base64Url.EncodeToString(from.Span));
        else if (!from.IsEmpty)
            parameters.Add("from_base64", Base64Url.EncodeToString(from.Span));
        if (end is { IsEmpty: false } to)
            parameters.Add("to_base64", Base64Url.EncodeToString(to.Span));

        // Without it the server would make pages; 0 is all.
        parameters.Add("limit", range.Limit.ToString(CultureInfo.InvariantCulture));
        if (range.Sort != SortTarget.Key)
            parameters.Add("sort", NameOf(range.Sort));
        parameters.AddTrue("descending", range.Descending);
        parameters.AddTrue("keys_only", range.KeysOnly);
        parameters.AddTrue("count_only", range.CountOnly);
        parameters.AddNonZero("min_revision", range.MinModRevision.Value);
        parameters.AddNonZero("max_revision", range.MaxModRevision.Value);
        parameters.AddNonZero("min_create_revision", range.MinCreateRevision.Value);
        parameters.AddNonZero("max_create_revision", range.MaxCreateRevision.Value);
    }

    internal static string NameOf(SortTarget sort) => sort switch
    {
        SortTarget.Key => SortNames.Key,
        SortTarget.Version => SortNames.Version,
        SortTarget.CreateRevision => SortNames.CreateRevision,
        SortTarget.ModRevision => SortNames.Revision,
        SortTarget.Value => SortNames.Value,
        _ => throw new UnreachableException($"No name for {sort}"),
    };
}

/// <summary>Appends query parameters whose names and values need no escapes.</summary>
internal readonly struct Parameters(StringBuilder target)
{
    public void Add(string name, string value)
    {
        var hasSome = target.ToString().Contains('?', StringComparison.Ordinal);
        target.Append(hasSome ? '&' : '?').Append(name).Append('=').Append(value);
    }

    public void AddTrue(string name, bool value)
    {
        if (value)
            Add(name, "true");
    }

    public void AddNonZero(string name, long value)
    {
        if (value != 0)
            Add(name, value.ToString(CultureInfo.InvariantCulture));
    }
}
