namespace Lutra.Keyspace.Tests.Model;

/// <summary>Compares, and what refuses a request as a whole; all of it on the state before.</summary>
internal static class ModelCheck
{
    public static LutraError? Refuses(Operation operation, IReadOnlyDictionary<string, ModelKey> before, ICollection<long> leases, long revision, long floor) => operation switch
    {
        PutOperation { Lease: not 0 } put when !leases.Contains(put.Lease) => LutraError.LeaseNotFound,
        PutOperation put when (put.IgnoreValue || put.IgnoreLease) && !before.ContainsKey(Text.From(put.Key)) => LutraError.KeyNotFound,
        RangeOperation range when range.Revision.Value > revision => LutraError.FutureRevision,
        RangeOperation range when range.Revision.Value > 0 && range.Revision.Value < floor => LutraError.Compacted,
        TransactionOperation transaction => Path(transaction, before) is var path
            ? path.OfType<PutOperation>().Select(put => RefusesWithin(put, before, leases)).FirstOrDefault(error => error is not null)
                ?? path.OfType<RangeOperation>().Select(range => Refuses(range, before, leases, revision, floor)).FirstOrDefault(error => error is not null)
            : null,
        _ => null,
    };

    // Within a transaction the key is missed before the lease is, and every put comes before any read.
    private static LutraError? RefusesWithin(PutOperation put, IReadOnlyDictionary<string, ModelKey> before, ICollection<long> leases) =>
        Refuses(put with { Lease = 0 }, before, leases, 0, 0) ?? Refuses(put, before, leases, 0, 0);

    private static Operation[] Path(TransactionOperation transaction, IReadOnlyDictionary<string, ModelKey> before) =>
        [.. (Succeeds(transaction, before) ? transaction.Then : transaction.Else)
            .SelectMany(inner => inner is TransactionOperation nested ? Path(nested, before) : [inner])];

    public static bool Succeeds(TransactionOperation transaction, IReadOnlyDictionary<string, ModelKey> before) =>
        transaction.Compares.All(compare => Holds(compare, before));

    private static bool Holds(Compare compare, IReadOnlyDictionary<string, ModelKey> before)
    {
        var keys = ModelRange.Within(compare.Range, before).Select(pair => pair.Value).ToArray();
        if (keys.Length > 0)
            return keys.All(key => Holds(compare, key));
        return compare.Target != CompareTarget.Value && Holds(compare, new ModelKey("", 0, 0, 0, 0));
    }

    private static bool Holds(Compare compare, ModelKey key)
    {
        var order = compare.Target switch
        {
            CompareTarget.Version => key.Version.CompareTo(compare.Number),
            CompareTarget.CreateRevision => key.Create.CompareTo(compare.Number),
            CompareTarget.ModRevision => key.Mod.CompareTo(compare.Number),
            CompareTarget.Lease => key.Lease.CompareTo(compare.Number),
            _ => string.CompareOrdinal(key.Value, Text.From(compare.Value)),
        };
        return compare.Result switch
        {
            CompareResult.Equal => order == 0,
            CompareResult.NotEqual => order != 0,
            CompareResult.Greater => order > 0,
            _ => order < 0,
        };
    }
}
