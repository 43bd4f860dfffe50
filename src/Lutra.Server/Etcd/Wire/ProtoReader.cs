using Lutra.Server.Etcd.Grpc;

namespace Lutra.Server.Etcd.Wire;

/// <summary>
/// Reads a protobuf message field by field where it lies: bytes come out as slices, so nothing is copied and nothing allocated. Every length is checked against
/// what is there. Only what our messages have: varints, bytes and messages; fixed numbers and unknown fields are passed over.
/// </summary>
internal ref struct ProtoReader(ReadOnlyMemory<byte> message)
{
    private readonly ReadOnlyMemory<byte> message = message;
    private int at;

    /// <summary>The field that comes next; 0 at the end. Throws <see cref="GrpcException"/> for what is no protobuf, as all of this does.</summary>
    public int Next(out ProtoType type)
    {
        type = ProtoType.Varint;
        if (at == message.Length)
            return 0;
        var tag = ReadVarint();
        var field = tag >> 3;
        type = (ProtoType)(tag & 7);
        if (field is 0 or > int.MaxValue >> 3)
            throw Malformed("illegal tag");
        return (int)field;
    }

    public long Number(ProtoType type) => type == ProtoType.Varint ? (long)ReadVarint() : throw WrongType();

    public bool Flag(ProtoType type) => Number(type) != 0;

    /// <summary>An enum; numbers beyond 32 bits are cut, as in every implementation.</summary>
    public int Choice(ProtoType type) => (int)Number(type);

    public ReadOnlyMemory<byte> Bytes(ProtoType type)
    {
        if (type != ProtoType.Bytes)
            throw WrongType();
        var length = ReadVarint();
        if (length > (ulong)(message.Length - at))
            throw Malformed("unexpected EOF");
        var bytes = message.Slice(at, (int)length);
        at += (int)length;
        return bytes;
    }

    public void Skip(ProtoType type)
    {
        switch (type)
        {
            case ProtoType.Varint:
                ReadVarint();
                break;
            case ProtoType.Fixed64:
                Pass(sizeof(ulong));
                break;
            case ProtoType.Bytes:
                Bytes(type);
                break;
            case ProtoType.Fixed32:
                Pass(sizeof(uint));
                break;
            default:
                throw WrongType();
        }
    }

    private void Pass(int count)
    {
        if (message.Length - at < count)
            throw Malformed("unexpected EOF");
        at += count;
    }

    private ulong ReadVarint()
    {
        var bytes = message.Span;
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (at == bytes.Length)
                throw Malformed("unexpected EOF");
            var one = bytes[at++];
            value |= (ulong)(one & 0x7f) << shift;
            if (one < 0x80)
                return value;
        }

        throw Malformed("integer overflow");
    }

    private static GrpcException WrongType() => Malformed("wrong wire type");

    private static GrpcException Malformed(string why) => new(GrpcStatusCode.Internal, $"grpc: error unmarshalling request: proto: {why}");
}

/// <summary>How the value of a field is written. The numbers are protobuf's.</summary>
internal enum ProtoType
{
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    Fixed32 = 5,
}
