namespace Lutra.Client;

/// <summary>Who a client is, where its servers ask for users; where they do not, nobody needs to know.</summary>
public sealed record ClientCredentials(string User, string Password)
{
    /// <summary>Reads <c>name:password</c>; only a name is without password.</summary>
    public static (string User, string? Password) Parse(string text) =>
        text.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon ? (text[..colon], text[(colon + 1)..]) : (text, null);

    /// <summary>Shows no password.</summary>
    public override string ToString() => User;
}
