namespace Lutra.Keyspace;

/// <summary>Whether a compare holds on the state before the transaction.</summary>
internal static class CompareRule
{
    public static bool Holds(Compare compare, UserKeys keys)
    {
        if (compare.Range.IsSingleKey)
            return keys.TryFind(compare.Range.From.Span, keys.Revision, out var found) ? HoldsFor(compare, found) : HoldsForAbsent(compare);

        using var view = keys.Pin();
        using var walk = new KeyWalk(view, compare.Range, keys.Revision);
        var isEmpty = true;
        for (; walk.MoveNext(); isEmpty = false)
        {
            if (!HoldsFor(compare, walk.Version))
                return false;
        }

        return !isEmpty || HoldsForAbsent(compare);
    }

    private static bool HoldsFor(Compare compare, in KeyVersion version) => Stands(compare.Result, compare.Target switch
    {
        CompareTarget.Version => version.Version.CompareTo(compare.Number),
        CompareTarget.CreateRevision => version.CreateRevision.CompareTo(compare.Number),
        CompareTarget.ModRevision => version.ModRevision.CompareTo(compare.Number),
        CompareTarget.Lease => version.Lease.CompareTo(compare.Number),
        _ => version.Value.Span.SequenceCompareTo(compare.Value.Span),
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
