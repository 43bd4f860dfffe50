using Lutra.Server.Etcd;

namespace Lutra.Server.Auth;

/// <summary>Signed tokens (RFC 7519), as etcd's <c>--auth-token=jwt,…</c> describes them.</summary>
/// <param name="SignMethod">RS, PS, ES or HS, then 256, 384 or 512. A token that was signed otherwise is refused, whatever it says of itself.</param>
/// <param name="PublicKey">PEM: a public key or a certificate; null: it is part of <paramref name="PrivateKey"/>.</param>
/// <param name="PrivateKey">PEM, or for HS the bytes of the shared key; null: this node checks tokens and gives out none.</param>
public sealed record JwtOptions(string SignMethod, ReadOnlyMemory<byte>? PublicKey, ReadOnlyMemory<byte>? PrivateKey, TimeSpan Ttl)
{
    private const string Shape = "simple, or jwt,sign-method=RS256,pub-key=FILE,priv-key=FILE,ttl=5m";

    /// <summary>
    /// Reads an option such as <c>simple</c> or <c>jwt,pub-key=…,priv-key=…,sign-method=…,ttl=…</c>; null: simple tokens. Throws <see cref="FormatException"/> that
    /// says what is wrong, and what <paramref name="readFile"/> throws.
    /// </summary>
    public static JwtOptions? Parse(string option, Func<string, byte[]> readFile)
    {
        var parts = option.Split(',', StringSplitOptions.TrimEntries);
        if (parts[0] is "simple" or "")
            return parts.Length == 1 ? null : throw new FormatException($"simple tokens have no options, but \"{option}\" gives some");
        if (parts[0] != "jwt")
            throw new FormatException($"\"{parts[0]}\" is no kind of token: it is {Shape}");
        var given = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in parts[1..])
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || !given.TryAdd(part[..equals], part[(equals + 1)..]))
                throw new FormatException($"\"{part}\" is no option of a token, or is there twice: it is {Shape}");
        }

        var ttl = TimeSpan.FromMinutes(5);
        if (given.Remove("ttl", out var spelled) && (!GoDuration.TryParse(spelled, out ttl) || ttl <= TimeSpan.Zero))
            throw new FormatException($"the ttl of tokens is \"{spelled}\", and should be such as 5m or 1h30m");
        if (!given.Remove("sign-method", out var method))
            throw new FormatException("signed tokens need a sign-method, such as RS256");
        ReadOnlyMemory<byte>? publicKey = given.Remove("pub-key", out var publicFile) ? readFile(publicFile) : (ReadOnlyMemory<byte>?)null;
        ReadOnlyMemory<byte>? privateKey = given.Remove("priv-key", out var privateFile) ? readFile(privateFile) : (ReadOnlyMemory<byte>?)null;
        if (given.Count > 0)
            throw new FormatException($"\"{given.First().Key}\" is no option of a token: it is {Shape}");
        var options = new JwtOptions(method, publicKey, privateKey, ttl);
        using (new JwtKey(options))
            return options;
    }
}
