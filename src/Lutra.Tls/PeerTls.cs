using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Lutra.Tls;

/// <summary>TLS between peers: mutual, by a CA of their own, and by name (pitfall N03). From any thread.</summary>
public sealed class PeerTls
{
    private readonly PeerTlsOptions options;
    private readonly Credentials own;
    private readonly Credentials? servers;

    private PeerTls(PeerTlsOptions options, TimeProvider time, Action<string> tell)
    {
        this.options = options;
        own = Credentials.Open(options.Files, time, tell);
        if (!options.SkipVerification && own.Current is { Own: null } or { Trusted: null })
            throw new TlsException("Peers need a certificate each, and the CA of those: --peer-cert-file, --peer-key-file and --peer-trusted-ca-file.");
        if (options.ServerCaFile is { } file)
            servers = Credentials.Open(new TlsFiles(null, null, file), time, tell);
    }

    /// <exception cref="TlsException">A file is missing or cannot be used.</exception>
    public static PeerTls Open(PeerTlsOptions options, TimeProvider time, Action<string> tell) => new(options, time, tell);

    /// <summary>How to speak to the peer at this host: its certificate must cover it.</summary>
    public SslClientAuthenticationOptions Dial(string host)
    {
        var current = own.Current;
        var policy = CertificateTrust.Policy(current.Trusted);
        if (servers?.Current.Trusted is { } shared)
            policy.CustomTrustStore.AddRange(shared);
        return new SslClientAuthenticationOptions
        {
            TargetHost = host,
            ApplicationProtocols = [SslApplicationProtocol.Http11],
            ClientCertificateContext = current.Own,
            CertificateChainPolicy = policy,
            RemoteCertificateValidationCallback = options.SkipVerification ? Unverified.BelieveAnybody : null,
        };
    }

    /// <summary>How to answer on an address that only peers use.</summary>
    /// <param name="judged">Told once who dialled, before the handshake is done.</param>
    public SslServerAuthenticationOptions Answer(Action<PeerProof> judged) => new()
    {
        ServerCertificateContext = own.Current.Own,
        ApplicationProtocols = [SslApplicationProtocol.Http11],
        ClientCertificateRequired = true,
        RemoteCertificateValidationCallback = (_, shown, chain, _) =>
        {
            var proof = Judge(shown as X509Certificate2, chain?.ChainPolicy.ExtraStore ?? []);
            judged(proof);
            return proof.Fault is null;
        },
    };

    /// <summary>What a certificate proves of the peer that dialled.</summary>
    public PeerProof Judge(X509Certificate2? shown, X509Certificate2Collection between)
    {
        if (options.SkipVerification)
            return PeerProof.Anybody;
        if (shown is null)
            return PeerProof.Refused("no certificate was shown");
        if (CertificateTrust.FaultOfClient(shown, between, own.Current.Trusted!) is { } fault)
            return PeerProof.Refused(fault);
        if (options.AllowedCommonNames.Count > 0 && (CommonName.Of(shown) is not { } name || !options.AllowedCommonNames.Contains(name, StringComparer.Ordinal)))
            return PeerProof.Refused($"its common name ({CommonName.Of(shown) ?? "it has none"}) is none of --peer-cert-allowed-cn");
        if (options.AllowedHosts.Count > 0 && !options.AllowedHosts.Any(host => Covers(shown, host)))
            return PeerProof.Refused("it covers none of --peer-cert-allowed-hostname");
        if (options.AllowedHosts.Count > 0 || options.AllowedCommonNames.Count > 0)
            return PeerProof.Anybody;

        // The connection's own copy goes with the handshake.
        var kept = X509CertificateLoader.LoadCertificate(shown.RawDataMemory.Span);
        return new PeerProof(null, host => Covers(kept, host));
    }

    private static bool Covers(X509Certificate2 shown, string host) => shown.MatchesHostname(host, allowWildcards: true, allowCommonName: false);
}
