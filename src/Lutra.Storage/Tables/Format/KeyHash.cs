using System.Buffers.Binary;
using System.Numerics;

namespace Lutra.Storage.Tables;

/// <summary>The 64-bit hash of a key that filters on disk are made of: it is part of the table format and must never change.</summary>
internal static class KeyHash
{
    private const ulong Mix1 = 0x9E3779B97F4A7C15;
    private const ulong Mix2 = 0xBF58476D1CE4E5B9;
    private const ulong Mix3 = 0x94D049BB133111EB;

    /// <summary>
    /// Eight bytes at a time, the last ones filled up with zeros; the length keeps <c>a</c> and <c>a\0</c> apart. SplitMix64 spreads the
    /// result.
    /// </summary>
    public static ulong Of(ReadOnlySpan<byte> key)
    {
        var hash = (ulong)key.Length * Mix1;
        for (; key.Length >= 8; key = key[8..])
            hash = Add(hash, BinaryPrimitives.ReadUInt64LittleEndian(key));
        if (!key.IsEmpty)
        {
            Span<byte> rest = stackalloc byte[8];
            rest.Clear();
            key.CopyTo(rest);
            hash = Add(hash, BinaryPrimitives.ReadUInt64LittleEndian(rest));
        }
        hash = (hash ^ (hash >> 30)) * Mix2;
        hash = (hash ^ (hash >> 27)) * Mix3;
        return hash ^ (hash >> 31);
    }

    private static ulong Add(ulong hash, ulong word) => BitOperations.RotateLeft(hash ^ (word * Mix2), 29) * Mix1;
}
