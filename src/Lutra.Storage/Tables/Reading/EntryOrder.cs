namespace Lutra.Storage.Tables;

/// <summary>The one order of entries, in memory and on disk: key bytes ascending (unsigned), then version descending.</summary>
internal static class EntryOrder
{
    public static int Compare(ReadOnlySpan<byte> leftKey, ulong leftVersion, ReadOnlySpan<byte> rightKey, ulong rightVersion)
    {
        var byKey = leftKey.SequenceCompareTo(rightKey);
        return byKey != 0 ? byKey : rightVersion.CompareTo(leftVersion);
    }
}
