using Lutra.Server.Etcd.Wire;

namespace Lutra.Server.Etcd.Kv;

/// <summary><c>CompactionRequest</c> in. Whether the data shall be gone already (physical) is not asked: merges remove it, and reads below are refused at once.</summary>
internal static class CompactWire
{
    public static Revision Read(ReadOnlyMemory<byte> message)
    {
        long revision = 0;
        var source = new ProtoReader(message);
        while (source.Next(out var type) is > 0 and var field)
        {
            if (field == 1)
                revision = source.Number(type);
            else
                source.Skip(type);
        }

        return new Revision(revision);
    }
}
