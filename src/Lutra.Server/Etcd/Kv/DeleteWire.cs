using Lutra.Server.Etcd.Wire;

namespace Lutra.Server.Etcd.Kv;

/// <summary><c>DeleteRangeRequest</c> in, <c>DeleteRangeResponse</c> out.</summary>
internal static class DeleteWire
{
    public static DeleteOperation Read(ReadOnlyMemory<byte> message)
    {
        ReadOnlyMemory<byte> key = default, end = default;
        var previous = false;
        var source = new ProtoReader(message);
        while (source.Next(out var type) is > 0 and var field)
        {
            switch (field)
            {
                case 1: key = source.Bytes(type); break;
                case 2: end = source.Bytes(type); break;
                case 3: previous = source.Flag(type); break;
                default: source.Skip(type); break;
            }
        }

        return new DeleteOperation(KeyRangeWire.Of(key, end), previous);
    }

    public static int SizeBytes(in ReplyHeader header, DeleteResult result)
    {
        var bytes = header.SizeBytes + ProtoSize.Number(result.Deleted);
        foreach (var keyValue in result.Previous)
            bytes = checked(bytes + ProtoSize.Message(KeyValueWire.SizeBytes(keyValue)));
        return bytes;
    }

    public static void Write(ref ProtoWriter target, in ReplyHeader header, DeleteResult result)
    {
        header.Write(ref target);
        target.Number(2, result.Deleted);
        foreach (var keyValue in result.Previous)
            KeyValueWire.Write(ref target, 3, keyValue);
    }
}
