namespace Lutra.Keyspace.Snapshots.Etcd;

/// <summary>Writes fields of the protobuf messages in etcd's files, from 1 to 15; one of its default value is left out.</summary>
internal static class EtcdMessage
{
    public const int VarintType = 0, Fixed64Type = 1, BytesType = 2, Fixed32Type = 5;

    public static void Number(ByteWriter target, int field, long value)
    {
        if (value == 0)
            return;
        target.Byte((byte)((field << 3) | VarintType));
        target.Varint(value);
    }

    public static void Bytes(ByteWriter target, int field, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
            Element(target, field, value);
    }

    /// <summary>One of a repeated field, or a message: written even where it is empty.</summary>
    public static void Element(ByteWriter target, int field, ReadOnlySpan<byte> value)
    {
        target.Byte((byte)((field << 3) | BytesType));
        target.Bytes(value);
    }
}
