namespace Lutra.Keyspace.Snapshots.Etcd;

/// <summary>A version of a key as etcd's files have it: the revision, and <c>mvccpb.KeyValue</c>, of a deleted one only with the key.</summary>
internal static class EtcdRecord
{
    private const int KeyField = 1, CreateRevisionField = 2, ModRevisionField = 3, VersionField = 4, ValueField = 5, LeaseField = 6;

    /// <param name="revision">Takes the first half.</param>
    /// <param name="value">Takes the second; may be the same.</param>
    public static void Write(ByteWriter revision, ByteWriter value, ReadOnlySpan<byte> key, in KeyVersion version)
    {
        var made = new EtcdRevision(version.ModRevision, version.Sub, version.IsTombstone);
        made.Write(revision.Reserved(made.SizeBytes));
        EtcdMessage.Bytes(value, KeyField, key);
        if (version.IsTombstone)
            return;
        EtcdMessage.Number(value, CreateRevisionField, version.CreateRevision);
        EtcdMessage.Number(value, ModRevisionField, version.ModRevision);
        EtcdMessage.Number(value, VersionField, version.Version);
        EtcdMessage.Bytes(value, ValueField, version.Value.Span);
        EtcdMessage.Number(value, LeaseField, version.Lease);
    }

    /// <summary>Null: it is of no key, as etcd writes one where it only lifts the revision.</summary>
    /// <exception cref="FormatException">No keyspace has this version.</exception>
    public static (ReadOnlyMemory<byte> Key, KeyVersion Version)? Read(EtcdRevision revision, ReadOnlyMemory<byte> value)
    {
        if (value.IsEmpty)
            return null;
        if (revision.Main < 1 || revision.Sub > uint.MaxValue)
            throw new FormatException($"a key cannot be of revision {revision.Main}, change {revision.Sub}");
        ReadOnlyMemory<byte> key = default, bytes = default;
        var (createRevision, modRevision, version, lease) = (0L, 0L, 0L, 0L);
        var message = new EtcdMessageReader(value);
        while (message.Next() is not 0 and var field)
        {
            switch (field)
            {
                case KeyField:
                    key = message.Bytes();
                    break;
                case CreateRevisionField:
                    createRevision = message.Number();
                    break;
                case ModRevisionField:
                    modRevision = message.Number();
                    break;
                case VersionField:
                    version = message.Number();
                    break;
                case ValueField:
                    bytes = message.Bytes();
                    break;
                case LeaseField:
                    lease = message.Number();
                    break;
                default:
                    message.Skip();
                    break;
            }
        }
        if (key.IsEmpty)
            throw new FormatException($"the key of revision {revision.Main} is empty");
        if (revision.IsTombstone)
            return (key, new KeyVersion(revision.Main, IsTombstone: true, (uint)revision.Sub, 0, 0, 0, default));
        if (modRevision != revision.Main || createRevision < 1 || createRevision > modRevision || version < 1)
            throw new FormatException($"the key of revision {revision.Main} has impossible revisions");
        return (key, new KeyVersion(modRevision, IsTombstone: false, (uint)revision.Sub, createRevision, version, lease, bytes));
    }
}
