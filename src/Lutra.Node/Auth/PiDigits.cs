using System.Numerics;

namespace Lutra.Node.Auth;

/// <summary>
/// The fraction of pi in binary, from which Blowfish takes its tables. Computed, by Machin's formula (pi = 16 arctan 1/5 - 4 arctan 1/239), instead of a thousand
/// numbers that nobody would read.
/// </summary>
internal static class PiDigits
{
    // Each term is cut off below: some thousand of them lose some fifteen bits.
    private const int GuardBits = 64;

    /// <summary>The first <paramref name="count"/> words of 32 bits behind the point.</summary>
    public static uint[] Words(int count)
    {
        var bits = (32 * count) + GuardBits;
        var one = BigInteger.One << bits;
        var pi = (16 * ArcTan(5, one)) - (4 * ArcTan(239, one));
        var fraction = (pi - (3 * one)) >> GuardBits;
        var words = new uint[count];
        var bytes = fraction.ToByteArray(isUnsigned: true, isBigEndian: true);
        var padded = new byte[4 * count];
        bytes.CopyTo(padded, padded.Length - bytes.Length);
        for (var at = 0; at < count; at++)
            words[at] = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(padded.AsSpan(4 * at));
        return words;
    }

    // x - x³/3 + x⁵/5 - …, of x = 1/inverse.
    private static BigInteger ArcTan(int inverse, BigInteger one)
    {
        var power = one / inverse;
        var sum = power;
        for (var odd = 3; !power.IsZero; odd += 2)
        {
            power /= inverse * inverse;
            sum += odd % 4 == 1 ? power / odd : -(power / odd);
        }

        return sum;
    }
}
