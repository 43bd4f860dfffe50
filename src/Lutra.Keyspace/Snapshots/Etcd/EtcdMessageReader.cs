namespace Lutra.Keyspace.Snapshots.Etcd;

/// <summary>
/// Reads a protobuf message of etcd's files field by field; byte strings are slices. What is none is a <see cref="FormatException"/>. Fields that are not known are
/// passed over.
/// </summary>
internal ref struct EtcdMessageReader(ReadOnlyMemory<byte> message)
{
    private const int FieldMax = (1 << 29) - 1;

    private ByteReader source = new(message);
    private int type;

    /// <summary>The number of the field that comes next; 0 at the end.</summary>
    public int Next()
    {
        if (source.Remaining == 0)
            return 0;
        var tag = source.Varint();
        type = (int)(tag & 7);
        return tag >> 3 is >= 1 and <= FieldMax and var field ? (int)field : throw new FormatException("a message has a field of no number");
    }

    public long Number() => type == EtcdMessage.VarintType ? source.VarintSigned() : throw WrongType();

    public ReadOnlyMemory<byte> Bytes() => type == EtcdMessage.BytesType ? source.Bytes() : throw WrongType();

    public void Skip()
    {
        switch (type)
        {
            case EtcdMessage.VarintType:
                source.Varint();
                break;
            case EtcdMessage.Fixed64Type:
                source.Raw(sizeof(ulong));
                break;
            case EtcdMessage.BytesType:
                source.Bytes();
                break;
            case EtcdMessage.Fixed32Type:
                source.Raw(sizeof(uint));
                break;
            default:
                throw WrongType();
        }
    }

    private static FormatException WrongType() => new("a field of a message is of another type than it must be");
}
