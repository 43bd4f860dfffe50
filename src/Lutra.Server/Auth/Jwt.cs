using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Lutra.Server.Auth;

/// <summary>
/// Signed tokens: who, as of which auth revision, until when, and a signature. How a token is signed is what this node was told, never what the token says: so none
/// is taken that is unsigned, or signed with a public key as if it were a shared one.
/// </summary>
internal sealed class Jwt(JwtOptions options, TimeProvider time) : IDisposable
{
    private const int TokenLengthMax = 8 * 1024;

    private readonly JwtKey key = new(options);
    private readonly VerifiedTokens verified = new();

    public bool CanSign => key.CanSign;

    public string Sign(string user, ulong authRevision)
    {
        var head = $$"""{"alg":"{{key.Method}}","typ":"JWT"}""";
        var claims = new MemoryStream();
        using (var writer = new Utf8JsonWriter(claims))
        {
            writer.WriteStartObject();
            writer.WriteNumber("exp", (time.GetUtcNow() + options.Ttl).ToUnixTimeSeconds());
            writer.WriteNumber("revision", authRevision);
            writer.WriteString("username", user);
            writer.WriteEndObject();
        }

        var signed = $"{Base64Url.EncodeToString(Encoding.ASCII.GetBytes(head))}.{Base64Url.EncodeToString(claims.ToArray())}";
        return $"{signed}.{Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    /// <summary>Whom the token names; null where it is none of ours, or over.</summary>
    public (string User, ulong AuthRevision)? Read(string token)
    {
        var claims = verified.Find(token);
        if (claims is null)
        {
            claims = Verify(token);
            if (claims is null)
                return null;
            verified.Add(token, claims);
        }

        return time.GetUtcNow().ToUnixTimeMilliseconds() < claims.EndsAtSeconds * 1000 ? (claims.User, claims.AuthRevision) : null;
    }

    public void Dispose() => key.Dispose();

    // All but whether it is over.
    private SignedClaims? Verify(string token)
    {
        if (token.Length > TokenLengthMax || token.Split('.') is not [var head, var claims, var signature] || !Ascii.IsValid(token))
            return null;
        if (!Base64Url.IsValid(head) || !Base64Url.IsValid(claims) || !Base64Url.IsValid(signature))
            return null;
        try
        {
            if (!IsOurs(Base64Url.DecodeFromChars(head)))
                return null;
            if (!key.Verify(Encoding.ASCII.GetBytes(token[..token.LastIndexOf('.')]), Base64Url.DecodeFromChars(signature)))
                return null;
            return Claims(Base64Url.DecodeFromChars(claims));
        }

        // An invalid operation is a text that is no Unicode.
        catch (Exception broken) when (broken is JsonException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    private bool IsOurs(byte[] head)
    {
        using var document = JsonDocument.Parse(head);
        return document.RootElement is { ValueKind: JsonValueKind.Object } root
            && root.TryGetProperty("alg", out var method) && method.ValueKind == JsonValueKind.String && method.ValueEquals(key.Method)
            && !root.TryGetProperty("crit", out _);
    }

    private static SignedClaims? Claims(byte[] claims)
    {
        using var document = JsonDocument.Parse(claims);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("username", out var user) || user.ValueKind != JsonValueKind.String || user.GetString() is not { Length: > 0 } name
            || !root.TryGetProperty("revision", out var revision) || revision.ValueKind != JsonValueKind.Number || !revision.TryGetUInt64(out var authRevision)
            || !root.TryGetProperty("exp", out var end) || end.ValueKind != JsonValueKind.Number || !end.TryGetDouble(out var seconds))
            return null;
        return new SignedClaims(name, authRevision, seconds);
    }
}
