using System.Numerics;
using System.Runtime.InteropServices;

namespace Lutra.Keyspace;

/// <summary>
/// The newest versions of the keys that the applier met last, without their values: many writes are of keys that were written or compared a moment ago, and to find
/// those in the tables was about a quarter of what a put cost a server. It says what the tables say, or that it does not know. Sets of four places, each
/// with room for one short key; a new key takes the place in its set that was taken longest ago.
/// </summary>
internal sealed class RecentKeys
{
    /// <summary>Longer keys are looked for in the tables each time.</summary>
    public const int KeyBytesMax = 96;

    /// <summary>They take 4.25 MiB.</summary>
    public const int CountDefault = 32_768;

    private const int Ways = 4;

    private readonly Place[] places;
    private readonly byte[] keys;
    private readonly byte[] oldestOfSet;

    /// <param name="count">How many keys are known at most, from 1; rounded up to four times a power of two.</param>
    public RecentKeys(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var sets = (int)BitOperations.RoundUpToPowerOf2((uint)(count + Ways - 1) / Ways);
        places = new Place[sets * Ways];
        keys = new byte[places.Length * KeyBytesMax];
        oldestOfSet = new byte[sets];
    }

    /// <summary>False: not known here. True with version 0: the key is not there.</summary>
    public bool TryGet(ReadOnlySpan<byte> key, out LiveKey live)
    {
        var place = Find(key, Hash(key));
        live = place < 0 ? default : places[place].Live;
        return place >= 0;
    }

    /// <param name="live">Version 0: the key is not there.</param>
    public void Set(ReadOnlySpan<byte> key, in LiveKey live)
    {
        if (key.Length > KeyBytesMax)
            return;
        var hash = Hash(key);
        var place = Find(key, hash);
        if (place < 0)
        {
            var set = SetOf(hash);
            place = (set * Ways) + oldestOfSet[set];
            oldestOfSet[set] = (byte)((oldestOfSet[set] + 1) % Ways);
            key.CopyTo(keys.AsSpan(place * KeyBytesMax));
            places[place].Hash = hash;
            places[place].KeyLength = key.Length + 1;
        }

        places[place].Live = live;
    }

    /// <summary>Nothing is known any more.</summary>
    public void Clear() => Array.Clear(places);

    private int Find(ReadOnlySpan<byte> key, uint hash)
    {
        var first = SetOf(hash) * Ways;
        for (var place = first; place < first + Ways; place++)
        {
            ref var candidate = ref places[place];
            if (candidate.Hash == hash && candidate.KeyLength == key.Length + 1 && key.SequenceEqual(keys.AsSpan(place * KeyBytesMax, key.Length)))
                return place;
        }

        return -1;
    }

    private int SetOf(uint hash) => (int)(hash & (uint)(oldestOfSet.Length - 1));

    // Decides only who shares a set with whom: keys that all share one are looked for in the tables, as if there were no such memory.
    private static uint Hash(ReadOnlySpan<byte> key)
    {
        var hash = (uint)key.Length;
        for (; key.Length >= sizeof(ulong); key = key[sizeof(ulong)..])
            hash = BitOperations.Crc32C(hash, MemoryMarshal.Read<ulong>(key));
        foreach (var rest in key)
            hash = BitOperations.Crc32C(hash, rest);
        return hash;
    }

    private struct Place
    {
        public LiveKey Live;

        public uint Hash;

        /// <summary>One more than the key's, so that 0 is an empty place.</summary>
        public int KeyLength;
    }
}

/// <summary>What there is to know of a key that is there, but its value; all 0 for one that is not.</summary>
internal readonly record struct LiveKey(long ModRevision, long CreateRevision, long Version, long Lease)
{
    public bool IsThere => Version > 0;
}
