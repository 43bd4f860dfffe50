using Lutra.Server.Etcd.Wire;

namespace Lutra.Server.Etcd.Kv;

/// <summary><c>PutRequest</c> in, <c>PutResponse</c> out.</summary>
internal static class PutWire
{
    public static PutOperation Read(ReadOnlyMemory<byte> message)
    {
        ReadOnlyMemory<byte> key = default, value = default;
        long lease = 0;
        bool previous = false, ignoreValue = false, ignoreLease = false;
        var source = new ProtoReader(message);
        while (source.Next(out var type) is > 0 and var field)
        {
            switch (field)
            {
                case 1: key = source.Bytes(type); break;
                case 2: value = source.Bytes(type); break;
                case 3: lease = source.Number(type); break;
                case 4: previous = source.Flag(type); break;
                case 5: ignoreValue = source.Flag(type); break;
                case 6: ignoreLease = source.Flag(type); break;
                default: source.Skip(type); break;
            }
        }

        return new PutOperation(key, value, lease, previous, ignoreValue, ignoreLease);
    }

    public static int SizeBytes(in ReplyHeader header, PutResult result) =>
        header.SizeBytes + (result.Previous is { } previous ? ProtoSize.Message(KeyValueWire.SizeBytes(previous)) : 0);

    public static void Write(ref ProtoWriter target, in ReplyHeader header, PutResult result)
    {
        header.Write(ref target);
        if (result.Previous is { } previous)
            KeyValueWire.Write(ref target, 2, previous);
    }
}
