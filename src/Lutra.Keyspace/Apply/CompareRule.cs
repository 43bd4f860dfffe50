namespace Lutra.Keyspace;

/// <summary>Whether a compare holds on the state before the transaction.</summary>
internal static class CompareRule
{
    public static bool Holds(Compare compare, UserKeys keys)
    {
        if (compare.Range.IsSingleKey)
            return HoldsForKey(compare, keys);

        using var view = keys.Pin();
        var walk = new KeyWalk(view, compare.Range, keys.Revision);
        var isEmpty = true;
        for (; walk.MoveNext(); isEmpty = false)
        {
            if (!HoldsFor(compare, walk.Version.Live, walk.Version.Value))
                return false;
        }

        return !isEmpty || HoldsForAbsent(compare);
    }

    private static bool HoldsForKey(Compare compare, UserKeys keys)
    {
        var key = compare.Range.From.Span;
        if (compare.Target == CompareTarget.Value)
            return keys.TryFind(key, keys.Revision, out var found) && HoldsFor(compare, found.Live, found.Value);
        var live = keys.FindNewest(key);
        return live.IsThere ? HoldsFor(compare, live, default) : HoldsForAbsent(compare);
    }

    private static bool HoldsFor(Compare compare, in LiveKey live, ReadOnlyMemory<byte> value) => Stands(compare.Result, compare.Target switch
    {
        CompareTarget.Version => live.Version.CompareTo(compare.Number),
        CompareTarget.CreateRevision => live.CreateRevision.CompareTo(compare.Number),
        CompareTarget.ModRevision => live.ModRevision.CompareTo(compare.Number),
        CompareTarget.Lease => live.Lease.CompareTo(compare.Number),
        _ => value.Span.SequenceCompareTo(compare.Value.Span),
    });

    // The numbers of an absent key are 0; it has no value, so whatever is said of its value is false, even that it differs.
    private static bool HoldsForAbsent(Compare compare) =>
        compare.Target != CompareTarget.Value && Stands(compare.Result, 0L.CompareTo(compare.Number));

    private static bool Stands(CompareResult result, int order) => result switch
    {
        CompareResult.Equal => order == 0,
        CompareResult.NotEqual => order != 0,
        CompareResult.Greater => order > 0,
        _ => order < 0,
    };
}
