namespace Lutra.Server.Etcd.Wire;

/// <summary>A key and its version (<c>mvccpb.KeyValue</c>).</summary>
internal static class KeyValueWire
{
    public static int SizeBytes(KeyValue keyValue) =>
        ProtoSize.Bytes(keyValue.Key) + ProtoSize.Number(keyValue.CreateRevision.Value) + ProtoSize.Number(keyValue.ModRevision.Value)
        + ProtoSize.Number(keyValue.Version) + ProtoSize.Bytes(keyValue.Value) + ProtoSize.Number(keyValue.Lease);

    public static void Write(ref ProtoWriter target, int field, KeyValue keyValue)
    {
        target.Message(field, SizeBytes(keyValue));
        target.Bytes(1, keyValue.Key.Span);
        target.Number(2, keyValue.CreateRevision.Value);
        target.Number(3, keyValue.ModRevision.Value);
        target.Number(4, keyValue.Version);
        target.Bytes(5, keyValue.Value.Span);
        target.Number(6, keyValue.Lease);
    }

    public static Protocol.Etcd.KeyValue ToMessage(KeyValue keyValue) => new()
    {
        Key = Google.Protobuf.ByteString.CopyFrom(keyValue.Key.Span),
        Value = Google.Protobuf.ByteString.CopyFrom(keyValue.Value.Span),
        CreateRevision = keyValue.CreateRevision.Value,
        ModRevision = keyValue.ModRevision.Value,
        Version = keyValue.Version,
        Lease = keyValue.Lease,
    };
}
