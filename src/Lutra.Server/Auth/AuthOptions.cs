namespace Lutra.Server.Auth;

/// <summary>How callers prove who they are.</summary>
public sealed record AuthOptions
{
    /// <summary>Tokens that carry their own proof; null: simple ones, which the nodes keep.</summary>
    public JwtOptions? Jwt { get; init; }

    /// <summary>Who shows a certificate of a client and no token is the user whom the certificate names (its CN).</summary>
    public bool CertificatesNameUsers { get; init; }

    /// <summary>For the time of tokens.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
