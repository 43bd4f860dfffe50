using Lutra.Storage.Tables;

namespace Lutra.Storage.Tests.Tables;

/// <summary>
/// What the keyspace's rule does, in small: of the versions of a key at or below the floor only the newest stays, and where nothing older
/// is left out, not even that if its value is empty (a deletion). Readings at or above the floor must not tell the difference.
/// </summary>
internal sealed class FloorRule : IMergeRule
{
    public ulong Floor { get; set; }

    public int Dropped { get; private set; }

    public IMergePass Begin(bool includesOldest) => new Pass(this, Floor, includesOldest);

    private sealed class Pass(FloorRule rule, ulong floor, bool includesOldest) : IMergePass
    {
        private byte[]? keyBelowFloor;

        public bool Keep(ReadOnlySpan<byte> key, ulong version, ReadOnlySpan<byte> value)
        {
            if (version > floor)
                return true;
            var isNewestBelow = keyBelowFloor is null || !key.SequenceEqual(keyBelowFloor);
            keyBelowFloor = key.ToArray();
            if (isNewestBelow && !(value.IsEmpty && includesOldest))
                return true;
            rule.Dropped++;
            return false;
        }
    }
}
