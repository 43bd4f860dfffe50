namespace Lutra.Storage.Tables;

/// <summary>
/// Which tables to merge: a run of the newest. So many that no more than the maximum remain, then as long as the next is not larger than
/// the run: an entry is rewritten only together with as much again, which keeps the rewriting logarithmic in the size of the store.
/// </summary>
internal static class MergeChoice
{
    /// <summary>How many of the newest tables to merge into one; 0 for none.</summary>
    /// <param name="lengthsBytes">Newest first.</param>
    public static int Choose(IReadOnlyList<long> lengthsBytes, int tablesMax)
    {
        if (lengthsBytes.Count <= tablesMax)
            return 0;
        var least = Math.Max(2, lengthsBytes.Count - tablesMax + 1);
        var count = 0;
        var runBytes = 0L;
        while (count < lengthsBytes.Count && (count < least || lengthsBytes[count] <= runBytes))
            runBytes += lengthsBytes[count++];
        return count;
    }
}
