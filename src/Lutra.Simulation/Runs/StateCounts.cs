using Lutra.Keyspace;

namespace Lutra.Simulation.Runs;

/// <summary>
/// A state says how many keys and leases it has, which limits, quotas and restores rest on. All nodes count alike, so that one that counts wrongly looks like the
/// others: they are counted again, one by one.
/// </summary>
internal static class StateCounts
{
    /// <param name="view">Of the state that <paramref name="keyspace"/> has published last.</param>
    /// <returns>Null: the counts are right.</returns>
    public static string? DifferenceOf(KeyspaceStore keyspace, KeyspaceView view)
    {
        var (keys, leases, _) = keyspace.Counts;
        var keysThere = view.Range(new RangeOperation(KeyRange.All, KeysOnly: true), answerBytesMax: long.MaxValue).KeyValues.Length;
        var keysCounted = view.Range(new RangeOperation(KeyRange.All, CountOnly: true)).Count;
        var leasesThere = view.Leases(0, int.MaxValue).Count;
        return (keys, keysCounted, leases) == (keysThere, keysThere, leasesThere)
            ? null
            : $"there are {keysThere} keys, {keys} by the state and {keysCounted} by a count, and {leasesThere} leases, {leases} by the state,";
    }
}
