using Lutra.Keyspace.Snapshots.Etcd;
using Lutra.Storage.Checksums;
using Lutra.Storage.Tables;

namespace Lutra.Keyspace;

/// <summary>
/// etcd's hash of the versions up to a revision (reference, HashKV): CRC32C over the word "key", then over key and value of each as etcd stores them, in the order in
/// which they were made. Members that agree on revision and compaction floor agree on it, whatever merges have dropped, and so does etcd with the same history.
/// </summary>
internal static class RevisionHash
{
    public static uint OfNothing => Crc32C.Compute("key"u8);

    /// <param name="upTo">Not below the floor.</param>
    /// <param name="floor">-1: never compacted.</param>
    public static uint Of(TableView tables, long upTo, long floor)
    {
        var checksum = OfNothing;
        var entry = new ByteWriter();
        using var order = new RevisionOrder(tables, floor > 0 ? KeptAt(tables, upTo, floor) : 0, Math.Max(floor, 0) + 1, upTo, floor);
        while (order.MoveNext())
        {
            entry.Clear();
            EtcdRecord.Write(entry, entry, order.Key, order.Version);
            checksum = Crc32C.Extend(checksum, entry.Written);
        }

        return checksum;
    }

    /// <summary>
    /// Of the versions at or below the floor counts what a compaction at <paramref name="upTo"/> would keep; where nothing at all is alive then, all that one at the
    /// floor has kept (etcd's rule, oddity and all).
    /// </summary>
    private static long KeptAt(TableView tables, long upTo, long floor)
    {
        var alive = new KeyWalk(tables, KeyRange.All, upTo);
        return alive.MoveNext() ? upTo : floor;
    }
}
