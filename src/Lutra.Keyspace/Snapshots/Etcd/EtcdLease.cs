namespace Lutra.Keyspace.Snapshots.Etcd;

/// <summary>A lease as etcd's files have it, <c>leasepb.Lease</c>: its number, the seconds that were granted, and those that a leader wrote down as left.</summary>
internal static class EtcdLease
{
    public static void Write(ByteWriter target, in GrantedLease lease)
    {
        EtcdMessage.Number(target, 1, lease.Lease);
        EtcdMessage.Number(target, 2, lease.TtlSeconds);
        EtcdMessage.Number(target, 3, lease.RemainingSeconds);
    }
}
