using System.Collections.Immutable;

namespace Lutra.Keyspace.Tests.Model;

/// <summary>Reads of the model, in etcd's order of work.</summary>
internal static class ModelRange
{
    public static IEnumerable<KeyValuePair<string, ModelKey>> Within(KeyRange range, IReadOnlyDictionary<string, ModelKey> state)
    {
        var from = Text.From(range.From);
        return state.OrderBy(pair => pair.Key, StringComparer.Ordinal).Where(pair => range.End is not { } end
            ? pair.Key == from
            : string.CompareOrdinal(pair.Key, from) >= 0 && (end.IsEmpty || string.CompareOrdinal(pair.Key, Text.From(end)) < 0));
    }

    public static RangeResult Read(RangeOperation range, IReadOnlyDictionary<string, ModelKey> state, long revision)
    {
        var inRange = Within(range.Range, state).ToArray();
        if (range.CountOnly)
            return new RangeResult(new Revision(revision), [], inRange.Length, false);

        var filtered = inRange.Where(pair =>
            pair.Value.Mod >= range.MinModRevision.Value && pair.Value.Create >= range.MinCreateRevision.Value
            && (range.MaxModRevision.Value == 0 || pair.Value.Mod <= range.MaxModRevision.Value)
            && (range.MaxCreateRevision.Value == 0 || pair.Value.Create <= range.MaxCreateRevision.Value));
        var sorted = range.Sort switch
        {
            SortTarget.Version => filtered.OrderBy(pair => pair.Value.Version),
            SortTarget.CreateRevision => filtered.OrderBy(pair => pair.Value.Create),
            SortTarget.ModRevision => filtered.OrderBy(pair => pair.Value.Mod),
            SortTarget.Value => filtered.OrderBy(pair => pair.Value.Value, StringComparer.Ordinal),
            _ => filtered,
        };

        // What is equal in the target stays in the order of keys.
        var descending = range.Sort switch
        {
            SortTarget.Version => filtered.OrderByDescending(pair => pair.Value.Version),
            SortTarget.CreateRevision => filtered.OrderByDescending(pair => pair.Value.Create),
            SortTarget.ModRevision => filtered.OrderByDescending(pair => pair.Value.Mod),
            SortTarget.Value => filtered.OrderByDescending(pair => pair.Value.Value, StringComparer.Ordinal),
            _ => filtered.Reverse(),
        };
        var all = (range.Descending ? descending : sorted).ToArray();
        var limited = range.Limit > 0 ? all.Take((int)Math.Min(range.Limit, int.MaxValue)).ToArray() : all;
        ImmutableArray<KeyValue> found =
            [.. limited.Select(pair => ToKeyValue(pair.Key, range.KeysOnly ? pair.Value with { Value = "" } : pair.Value))];
        return new RangeResult(new Revision(revision), found, inRange.Length, limited.Length < all.Length);
    }

    public static KeyValue ToKeyValue(string key, ModelKey found) => new(
        Text.Bytes(key), Text.Bytes(found.Value), new Revision(found.Create), new Revision(found.Mod), found.Version, found.Lease);
}
