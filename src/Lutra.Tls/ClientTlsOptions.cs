using System.Net.Security;

namespace Lutra.Tls;

/// <summary>How a client speaks TLS.</summary>
public sealed record ClientTlsOptions
{
    /// <summary>The client's own certificate, where servers ask for one, and the CAs whose servers it believes.</summary>
    public TlsFiles Files { get; init; } = new(null, null, null);

    /// <summary>Believe every server. Who is in between can then read and change everything: for trying things out.</summary>
    public bool SkipVerification { get; init; }

    /// <exception cref="TlsException">A file cannot be used.</exception>
    public SslClientAuthenticationOptions Load()
    {
        var credentials = Credentials.Open(Files, TimeProvider.System, _ => { }).Current;
        return new SslClientAuthenticationOptions
        {
            ClientCertificateContext = credentials.Own,
            CertificateChainPolicy = CertificateTrust.Policy(credentials.Trusted),
            RemoteCertificateValidationCallback = SkipVerification ? Unverified.BelieveAnybody : null,
        };
    }
}
