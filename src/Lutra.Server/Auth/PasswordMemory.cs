using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Lutra.Server.Auth;

/// <summary>
/// Passwords that were seen to be right a short while ago, so that who sends one with every request does not pay for bcrypt every time. Kept as a keyed hash together
/// with the bcrypt hash that it was right for: another password, and what is remembered is void.
/// </summary>
internal sealed class PasswordMemory(TimeProvider time)
{
    private const int RememberedMax = 10_000;

    private static readonly TimeSpan Lasts = TimeSpan.FromMinutes(5);

    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);
    private readonly ConcurrentDictionary<string, long> remembered = new(StringComparer.Ordinal);

    /// <param name="hash">The user's bcrypt hash as it is now.</param>
    public bool IsKnown(string name, string password, string hash) =>
        remembered.TryGetValue(Digest(name, password, hash), out var since) && time.GetElapsedTime(since) < Lasts;

    public void Remember(string name, string password, string hash)
    {
        // Seldom: all at once, and those who are at work come back at the price of one try each.
        if (remembered.Count >= RememberedMax)
            remembered.Clear();
        remembered[Digest(name, password, hash)] = time.GetTimestamp();
    }

    private string Digest(string name, string password, string hash) =>
        Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{name.Length}:{name}{password.Length}:{password}{hash}")));
}
