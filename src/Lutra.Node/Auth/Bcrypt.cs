using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Lutra.Node.Auth;

/// <summary>
/// Password hashes as etcd keeps them: <c>$2a$10$</c>, 22 characters of salt, 31 of hash. Each cost more doubles the time of a try. Ours, since no package of it
/// was to be had; its proof are the published vectors in <c>BcryptTests</c>.
/// </summary>
internal static class Bcrypt
{
    public const int CostMin = 4, CostMax = 31;

    /// <summary>What is behind this many bytes of a password would not count, so longer ones are refused where they are set.</summary>
    public const int PasswordBytesMax = 72;

    public const int SaltBytes = 16;

    private const int HashBytes = 23, SaltLetters = 22, HashLetters = 31, PrefixLetters = 7;
    private const string Letters = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <param name="cost">From <see cref="CostMin"/> to <see cref="CostMax"/>.</param>
    /// <param name="salt"><see cref="SaltBytes"/> random bytes.</param>
    public static string Hash(string password, int cost, ReadOnlySpan<byte> salt)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(cost, CostMin);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(cost, CostMax);
        ArgumentOutOfRangeException.ThrowIfNotEqual(salt.Length, SaltBytes);
        Span<byte> hash = stackalloc byte[24];
        Compute(password, cost, salt, hash);
        return string.Create(CultureInfo.InvariantCulture, $"$2a${cost:00}${Encode(salt, SaltLetters)}{Encode(hash[..HashBytes], HashLetters)}");
    }

    /// <summary>Whether <paramref name="hash"/> is of this password; false for text that is no hash. Takes as long whether or not.</summary>
    public static bool Verify(string password, string hash)
    {
        if (!Keyspace.Auth.AuthRules.IsHash(hash) || Encoding.UTF8.GetByteCount(password) > PasswordBytesMax)
            return false;
        Span<byte> salt = stackalloc byte[SaltBytes];
        Decode(hash.AsSpan(PrefixLetters, SaltLetters), salt);
        Span<byte> computed = stackalloc byte[24];
        Compute(password, CostOf(hash), salt, computed);
        var expected = Encoding.ASCII.GetBytes(hash[^HashLetters..]);
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Encode(computed[..HashBytes], HashLetters)), expected);
    }

    /// <summary>How much a hash cost to make.</summary>
    public static int CostOf(string hash) => int.Parse(hash.AsSpan(4, 2), NumberStyles.None, CultureInfo.InvariantCulture);

    private static void Compute(string password, int cost, ReadOnlySpan<byte> salt, Span<byte> hash)
    {
        // With the zero byte that ends it.
        var key = (byte[])[.. Encoding.UTF8.GetBytes(password), 0];
        var used = key.AsSpan(0, Math.Min(key.Length, PasswordBytesMax));
        var cipher = new Blowfish();
        cipher.Expand(salt, used);
        for (var left = 1L << cost; left > 0; left--)
        {
            cipher.Expand([], used);
            cipher.Expand([], salt);
        }

        CryptographicOperations.ZeroMemory(key);
        "OrpheanBeholderScryDoubt"u8.CopyTo(hash);
        for (var block = 0; block < hash.Length; block += 8)
        {
            var left = BinaryPrimitives.ReadUInt32BigEndian(hash[block..]);
            var right = BinaryPrimitives.ReadUInt32BigEndian(hash[(block + 4)..]);
            for (var round = 0; round < 64; round++)
                cipher.Encrypt(ref left, ref right);
            BinaryPrimitives.WriteUInt32BigEndian(hash[block..], left);
            BinaryPrimitives.WriteUInt32BigEndian(hash[(block + 4)..], right);
        }
    }

    // bcrypt's own base64: six bits a letter, highest first, without padding.
    private static string Encode(ReadOnlySpan<byte> bytes, int letters)
    {
        var text = new StringBuilder(letters);
        var (bits, count) = (0, 0);
        foreach (var value in bytes)
        {
            bits = (bits << 8) | value;
            for (count += 8; count >= 6; count -= 6)
                text.Append(Letters[(bits >> (count - 6)) & 0x3f]);
            bits &= (1 << count) - 1;
        }

        if (count > 0)
            text.Append(Letters[(bits << (6 - count)) & 0x3f]);
        return text.ToString();
    }

    private static void Decode(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        var (bits, count, at) = (0, 0, 0);
        foreach (var letter in text)
        {
            bits = ((bits & 0xff) << 6) | Letters.IndexOf(letter, StringComparison.Ordinal);
            count += 6;
            if (count < 8 || at == bytes.Length)
                continue;
            count -= 8;
            bytes[at++] = (byte)(bits >> count);
        }
    }
}
