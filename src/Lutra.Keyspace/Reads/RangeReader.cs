using System.Collections.Immutable;
using Lutra.Storage.Tables;

namespace Lutra.Keyspace;

/// <summary>
/// Reads a range as of one revision. The order of work is etcd's: count, filters by revision, sort, limit, keys only. Keys stream by; what
/// is held is the answer, and with a limit never more than twice that many candidates.
/// </summary>
internal static class RangeReader
{
    /// <param name="at">The revision to read at; 0: the newest.</param>
    /// <param name="header">What the answer names as the store's revision.</param>
    /// <exception cref="LutraException">The answer would be larger than <paramref name="answerBytesMax"/>.</exception>
    /// <param name="counts">How many keys there are, as of <paramref name="at"/>; null: they are to be counted one by one.</param>
    /// <param name="walkedToCount">How many keys were walked for nothing but their number.</param>
    public static RangeResult Read(
        TableView view, RangeOperation range, long at, long header, long answerBytesMax, KeyCounts? counts, out long walkedToCount)
    {
        var candidates = new Candidates(range, answerBytesMax);
        long count = 0;
        walkedToCount = 0;
        if (range.CountOnly && counts is not null)
            return new RangeResult(new Revision(header), [], counts.Between(view, at, range.Range.From, range.Range.End!.Value), More: false);
        var walk = new KeyWalk(view, range.Range, at);
        while (walk.MoveNext())
        {
            if (candidates.IsFull && counts is not null)
            {
                // The key at hand is the first that the limit cuts off.
                candidates.CutOff();
                count += counts.Between(view, at, walk.Key.ToArray(), range.Range.End!.Value);
                break;
            }

            count++;
            if (range.CountOnly || candidates.IsFull)
                walkedToCount++;
            if (!range.CountOnly && candidates.Takes(walk.Version))
                candidates.Add(walk.Key, walk.Version);
        }

        return new RangeResult(new Revision(header), candidates.Take(out var more), count, more);
    }

    /// <summary>The same for one key, found without a cursor; <paramref name="version"/> null: it is not there.</summary>
    public static RangeResult ReadSingle(KeyVersion? version, RangeOperation range, long header)
    {
        ImmutableArray<KeyValue> keyValues = [];
        if (version is { } found && !range.CountOnly && RevisionFilter.Passes(range, found))
            keyValues = [found.ToKeyValue(range.Range.From.Span, withValue: !range.KeysOnly)];
        return new RangeResult(new Revision(header), keyValues, version is null ? 0 : 1, More: false);
    }
}

/// <summary>The bounds on mod and create revision: inclusive, 0 is off.</summary>
internal static class RevisionFilter
{
    public static bool IsSet(RangeOperation range) =>
        range.MinModRevision.Value != 0 || range.MinCreateRevision.Value != 0 || range.MaxModRevision.Value != 0 || range.MaxCreateRevision.Value != 0;

    public static bool Passes(RangeOperation range, in KeyVersion version) =>
        version.ModRevision >= range.MinModRevision.Value && version.CreateRevision >= range.MinCreateRevision.Value
        && (range.MaxModRevision.Value == 0 || version.ModRevision <= range.MaxModRevision.Value)
        && (range.MaxCreateRevision.Value == 0 || version.CreateRevision <= range.MaxCreateRevision.Value);
}
