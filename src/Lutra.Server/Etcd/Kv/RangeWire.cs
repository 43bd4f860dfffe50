using Lutra.Server.Etcd.Wire;

namespace Lutra.Server.Etcd.Kv;

/// <summary><c>RangeRequest</c> in, <c>RangeResponse</c> out.</summary>
internal static class RangeWire
{
    private const int DescendingOrder = 2;

    /// <summary>Not checked: <see cref="KvRules"/> does. A negative revision is the newest.</summary>
    public static RangeOperation Read(ReadOnlyMemory<byte> message, out bool isSerializable) => Read(message, 0, out isSerializable);

    /// <summary>A read within a transaction, where etcd finds that a negative revision was compacted.</summary>
    public static RangeOperation ReadInner(ReadOnlyMemory<byte> message) => Read(message, -1, out _);

    private static RangeOperation Read(ReadOnlyMemory<byte> message, long leastRevision, out bool isSerializable)
    {
        ReadOnlyMemory<byte> key = default, end = default;
        long limit = 0, revision = 0, minMod = 0, maxMod = 0, minCreate = 0, maxCreate = 0;
        var (order, target) = (0, 0);
        bool keysOnly = false, countOnly = false;
        isSerializable = false;
        var source = new ProtoReader(message);
        while (source.Next(out var type) is > 0 and var field)
        {
            switch (field)
            {
                case 1: key = source.Bytes(type); break;
                case 2: end = source.Bytes(type); break;
                case 3: limit = source.Number(type); break;
                case 4: revision = source.Number(type); break;
                case 5: order = source.Choice(type); break;
                case 6: target = source.Choice(type); break;
                case 7: isSerializable = source.Flag(type); break;
                case 8: keysOnly = source.Flag(type); break;
                case 9: countOnly = source.Flag(type); break;
                case 10: minMod = source.Number(type); break;
                case 11: maxMod = source.Number(type); break;
                case 12: minCreate = source.Number(type); break;
                case 13: maxCreate = source.Number(type); break;
                default: source.Skip(type); break;
            }
        }

        // An order that is none makes the whole option one that is none.
        var sort = order is >= 0 and <= DescendingOrder ? (SortTarget)target : KvRules.NoSortTarget;
        return new RangeOperation(
            KeyRangeWire.Of(key, end), Math.Max(limit, 0), new Revision(Math.Max(revision, leastRevision)), sort, order == DescendingOrder, keysOnly, countOnly,
            Floor(minMod, maxMod), new Revision(Math.Max(maxMod, 0)), Floor(minCreate, maxCreate), new Revision(Math.Max(maxCreate, 0)));
    }

    public static int SizeBytes(in ReplyHeader header, RangeResult result)
    {
        var bytes = header.SizeBytes + ProtoSize.Flag(result.More) + ProtoSize.Number(result.Count);
        foreach (var keyValue in result.KeyValues)
            bytes = checked(bytes + ProtoSize.Message(KeyValueWire.SizeBytes(keyValue)));
        return bytes;
    }

    public static void Write(ref ProtoWriter target, in ReplyHeader header, RangeResult result)
    {
        header.Write(ref target);
        WriteFields(ref target, result);
    }

    /// <summary>All but the header.</summary>
    public static void WriteFields(ref ProtoWriter target, RangeResult result)
    {
        foreach (var keyValue in result.KeyValues)
            KeyValueWire.Write(ref target, 2, keyValue);
        target.Flag(3, result.More);
        target.Number(4, result.Count);
    }

    // To etcd a lower bound below 0 is none, and an upper bound below 0 leaves nothing.
    private static Revision Floor(long min, long max) => new(max < 0 ? long.MaxValue : Math.Max(min, 0));
}
