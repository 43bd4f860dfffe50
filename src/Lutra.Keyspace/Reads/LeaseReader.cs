using Lutra.Storage.Tables;

namespace Lutra.Keyspace;

/// <summary>What the tables say of leases and of the keys attached to them.</summary>
internal static class LeaseReader
{
    /// <summary>The keys attached to a lease, in their order.</summary>
    public static List<byte[]> KeysOf(TableView tables, long lease)
    {
        List<byte[]> keys = [];
        var head = new byte[TableKeys.LeaseBytes];
        TableKeys.WriteLeaseKeys(head, lease);
        using var cursor = tables.OpenCursor();
        byte[] last = [];
        for (var found = cursor.Seek(head, ulong.MaxValue); found && cursor.Key.StartsWith(head); found = cursor.Next())
        {
            // Newest version first; older ones follow.
            if (cursor.Key.SequenceEqual(last))
                continue;
            last = cursor.Key.ToArray();
            if (!LeaseTable.IsDetached(cursor.Value.Span))
                keys.Add(last[TableKeys.LeaseBytes..]);
        }

        return keys;
    }

    public static LeaseRecord? Find(TableView tables, long lease)
    {
        Span<byte> key = stackalloc byte[TableKeys.LeaseBytes];
        TableKeys.WriteLease(key, lease);
        return tables.TryGet(key, ulong.MaxValue, out _, out var bytes) ? LeaseRecord.Read(bytes) : null;
    }

    /// <summary>Leases above <paramref name="after"/> in the order of their numbers (the negative ones last, as they lie in the tables), at most <paramref name="countMax"/>.</summary>
    public static List<GrantedLease> Leases(TableView tables, long after, int countMax)
    {
        List<GrantedLease> leases = [];
        if (after == -1)
            return leases;
        Span<byte> key = stackalloc byte[TableKeys.LeaseBytes];
        TableKeys.WriteLease(key, unchecked(after + 1));
        using var cursor = tables.OpenCursor();
        var last = after;
        for (var found = cursor.Seek(key, ulong.MaxValue); found && cursor.Key[0] == TableKeys.Leases && leases.Count < countMax; found = cursor.Next())
        {
            var lease = TableKeys.ReadLease(cursor.Key);
            if (lease == last)
                continue;
            last = lease;
            if (LeaseRecord.Read(cursor.Value) is { } record)
                leases.Add(new GrantedLease(lease, record.TtlSeconds, record.RemainingSeconds));
        }

        return leases;
    }
}

/// <summary>What the log did to a lease.</summary>
/// <param name="Now">Null: it has ended, unless <paramref name="EndRefusedIn"/> says otherwise.</param>
/// <param name="EndRefusedIn">Not 0: the leader of this term found it over, an alarm kept it, and it has to be ended again later.</param>
public readonly record struct LeaseChange(long Lease, GrantedLease? Now, ulong EndRefusedIn = 0);

/// <param name="TtlSeconds">What was granted.</param>
/// <param name="RemainingSeconds">What a leader wrote down of it; 0: all of it.</param>
public readonly record struct GrantedLease(long Lease, long TtlSeconds, long RemainingSeconds);
