using System.Text;

namespace Lutra.Server.Auth;

/// <summary>What came with a request to prove who asks.</summary>
/// <param name="Token">Null: none.</param>
/// <param name="Name">With <paramref name="Password"/>: who it claims to be.</param>
/// <param name="Certificate">The user that a verified certificate names; null: none was shown.</param>
internal readonly record struct Credentials(string? Token, string? Name, string? Password, string? Certificate)
{
    private const int BasicLengthMax = 8 * 1024;
    private const string BearerScheme = "Bearer ", BasicScheme = "Basic ";

    /// <summary>The value of an Authorization header. Throws <see cref="LutraException"/>: login failed, for one that cannot be read.</summary>
    public static Credentials OfHeader(string? header, string? certificate)
    {
        if (string.IsNullOrEmpty(header))
            return new Credentials(null, null, null, certificate);
        if (!header.StartsWith(BasicScheme, StringComparison.OrdinalIgnoreCase))
            return new Credentials(WithoutBearer(header), null, null, certificate);
        if (header.Length > BasicLengthMax)
            throw new LutraException(LutraError.LoginFailed, $"The Authorization header is longer than any name and password: {BasicLengthMax} letters.");
        var bytes = new byte[header.Length];
        if (!Convert.TryFromBase64String(header[BasicScheme.Length..].Trim(), bytes, out var length))
            throw new LutraException(LutraError.LoginFailed, "The Authorization header is not base64 behind Basic.");
        var text = Encoding.UTF8.GetString(bytes, 0, length);
        return text.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon
            ? new Credentials(null, text[..colon], text[(colon + 1)..], certificate)
            : throw new LutraException(LutraError.LoginFailed, "Behind Basic there are a name, a colon and a password, in base64.");
    }

    /// <summary>A token, with or without the word in front of it.</summary>
    public static string WithoutBearer(string token) => token.StartsWith(BearerScheme, StringComparison.OrdinalIgnoreCase) ? token[BearerScheme.Length..] : token;
}
