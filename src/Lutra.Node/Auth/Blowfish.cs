using System.Buffers.Binary;

namespace Lutra.Node.Auth;

/// <summary>
/// Blowfish with the costly key setup that bcrypt is made of (Provos and Mazières, "A Future-Adaptable Password Scheme", 1999): sixteen rounds over two
/// halves, eighteen subkeys, four tables of 256 words.
/// </summary>
internal sealed class Blowfish
{
    private const int Subkeys = 18, TableWords = 256;

    private static readonly Lazy<uint[]> Initial = new(() => PiDigits.Words(Subkeys + (4 * TableWords)));

    private readonly uint[] subkeys = new uint[Subkeys];
    private readonly uint[] tables = new uint[4 * TableWords];

    public Blowfish()
    {
        Array.Copy(Initial.Value, subkeys, Subkeys);
        Array.Copy(Initial.Value, Subkeys, tables, 0, tables.Length);
    }

    /// <param name="salt">Mixed in as the tables are made anew; empty: nothing is.</param>
    public void Expand(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> key)
    {
        var at = 0;
        for (var i = 0; i < Subkeys; i++)
            subkeys[i] ^= Next(key, ref at);
        at = 0;
        var (left, right) = (0u, 0u);
        Fill(subkeys, salt, ref at, ref left, ref right);
        Fill(tables, salt, ref at, ref left, ref right);
    }

    public void Encrypt(ref uint left, ref uint right)
    {
        var keys = subkeys;
        var words = tables;
        var (l, r) = (left ^ keys[0], right);
        for (var round = 1; round <= 16; round += 2)
        {
            r ^= Mix(words, l) ^ keys[round];
            l ^= Mix(words, r) ^ keys[round + 1];
        }

        (left, right) = (r ^ keys[17], l);
    }

    private void Fill(uint[] target, ReadOnlySpan<byte> salt, ref int at, ref uint left, ref uint right)
    {
        for (var i = 0; i < target.Length; i += 2)
        {
            if (!salt.IsEmpty)
            {
                left ^= Next(salt, ref at);
                right ^= Next(salt, ref at);
            }

            Encrypt(ref left, ref right);
            (target[i], target[i + 1]) = (left, right);
        }
    }

    private static uint Mix(uint[] words, uint half) =>
        ((words[half >> 24] + words[TableWords + (int)((half >> 16) & 0xff)]) ^ words[(2 * TableWords) + (int)((half >> 8) & 0xff)]) + words[(3 * TableWords) + (int)(half & 0xff)];

    // Four bytes on, over and over again.
    private static uint Next(ReadOnlySpan<byte> bytes, ref int at)
    {
        Span<byte> word = stackalloc byte[4];
        for (var i = 0; i < 4; i++)
        {
            word[i] = bytes[at];
            at = at + 1 == bytes.Length ? 0 : at + 1;
        }

        return BinaryPrimitives.ReadUInt32BigEndian(word);
    }
}
