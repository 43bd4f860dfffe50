namespace Lutra.Keyspace.Snapshots.Etcd;

/// <summary>A version of a key as etcd's files have it: the revision, and <c>mvccpb.KeyValue</c>, of a deleted key only with the key.</summary>
internal static class EtcdRecord
{
    /// <param name="revision">Takes the first half.</param>
    /// <param name="value">Takes the second; may be the same.</param>
    public static void Write(ByteWriter revision, ByteWriter value, ReadOnlySpan<byte> key, in KeyVersion version)
    {
        var made = new EtcdRevision(version.ModRevision, version.Sub, version.IsTombstone);
        made.Write(revision.Reserved(made.SizeBytes));
        EtcdMessage.Bytes(value, 1, key);
        if (version.IsTombstone)
            return;
        EtcdMessage.Number(value, 2, version.CreateRevision);
        EtcdMessage.Number(value, 3, version.ModRevision);
        EtcdMessage.Number(value, 4, version.Version);
        EtcdMessage.Bytes(value, 5, version.Value.Span);
        EtcdMessage.Number(value, 6, version.Lease);
    }
}
