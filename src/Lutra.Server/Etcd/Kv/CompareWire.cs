using Lutra.Server.Etcd.Wire;

namespace Lutra.Server.Etcd.Kv;

/// <summary><c>Compare</c> in: the target says which of its fields counts.</summary>
internal static class CompareWire
{
    public static Compare Read(ReadOnlyMemory<byte> message)
    {
        ReadOnlyMemory<byte> key = default, end = default, value = default;
        var (result, target, given) = (0, 0, 0);
        long number = 0;
        var source = new ProtoReader(message);
        while (source.Next(out var type) is > 0 and var field)
        {
            switch (field)
            {
                case 1: result = source.Choice(type); break;
                case 2: target = source.Choice(type); break;
                case 3: key = source.Bytes(type); break;
                case 4 or 5 or 6 or 8: (given, number) = (field, source.Number(type)); break;
                case 7: (given, value) = (field, source.Bytes(type)); break;
                case 64: end = source.Bytes(type); break;
                default: source.Skip(type); break;
            }
        }

        var range = KeyRangeWire.Of(key, end);
        if (result is < (int)CompareResult.Equal or > (int)CompareResult.NotEqual)
        {
            // A value that is not there never compares, whatever the way: every version that there is differs from 0.
            return target == (int)CompareTarget.Value ? new(range, CompareTarget.Version, CompareResult.NotEqual, 0) : Always(range, holds: true);
        }

        if (target is < (int)CompareTarget.Version or > (int)CompareTarget.Lease)
            return Always(range, holds: result == (int)CompareResult.Equal);

        // A field of another target than the one that was named counts as not given.
        var isMeant = given == FieldOf((CompareTarget)target);
        return (CompareTarget)target == CompareTarget.Value
            ? new Compare(range, CompareTarget.Value, (CompareResult)result, Value: isMeant ? value : default)
            : new Compare(range, (CompareTarget)target, (CompareResult)result, isMeant ? number : 0);
    }

    // What etcd does not know it takes for equal, and a way of comparing that it does not know for fulfilled. No version is ever -1.
    private static Compare Always(KeyRange range, bool holds) =>
        new(range, CompareTarget.Version, holds ? CompareResult.NotEqual : CompareResult.Equal, -1);

    private static int FieldOf(CompareTarget target) => target switch
    {
        CompareTarget.Version => 4,
        CompareTarget.CreateRevision => 5,
        CompareTarget.ModRevision => 6,
        CompareTarget.Value => 7,
        _ => 8,
    };
}
