using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Lutra.Tls;

/// <summary>Makes certificates: a CA, and what it signs. Elliptic curve P-256 throughout.</summary>
public sealed class CertificateAuthority : IDisposable
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";

    // Clocks differ.
    private static readonly TimeSpan Slack = TimeSpan.FromHours(1);

    private readonly X509Certificate2 certificate;

    private CertificateAuthority(X509Certificate2 certificate) => this.certificate = certificate;

    /// <summary>Its certificate, for those who shall believe it.</summary>
    public string CertificatePem => certificate.ExportCertificatePem() + "\n";

    /// <summary>Its private key: who has it can make certificates.</summary>
    public string KeyPem => KeyOf(certificate);

    public static CertificateAuthority Create(string name, DateTimeOffset now, TimeSpan validity)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName($"CN={Escaped(name)}"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return new CertificateAuthority(request.CreateSelfSigned(now - Slack, now + validity));
    }

    /// <summary>One that was made before. Throws <see cref="CryptographicException"/> or <see cref="ArgumentException"/> where it cannot be read.</summary>
    public static CertificateAuthority Read(string certificatePem, string keyPem) => new(X509Certificate2.CreateFromPem(certificatePem, keyPem));

    /// <summary>Signs a certificate for a server, a client, or a peer, which is both.</summary>
    /// <param name="name">The common name; to servers, who a client is.</param>
    /// <param name="hosts">Names and IP addresses at which it is reached.</param>
    public (string CertificatePem, string KeyPem) Issue(string name, IReadOnlyList<string> hosts, bool isServer, bool isClient, DateTimeOffset now, TimeSpan validity)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName($"CN={Escaped(name)}"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        var uses = new OidCollection();
        if (isServer)
            uses.Add(new Oid(ServerUse));
        if (isClient)
            uses.Add(new Oid(ClientUse));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(uses, false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(certificate, true, false));
        if (hosts.Count > 0)
            request.CertificateExtensions.Add(Names(hosts));
        Span<byte> serial = stackalloc byte[16];
        RandomNumberGenerator.Fill(serial);
        serial[0] &= 0x7F;
        var ends = now + validity < certificate.NotAfter ? now + validity : certificate.NotAfter;
        using var issued = request.Create(certificate, Latest(now - Slack, certificate.NotBefore), ends, serial);
        return (issued.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    public void Dispose() => certificate.Dispose();

    private static DateTimeOffset Latest(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private static string KeyOf(X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey() ?? throw new CryptographicException("A CA's key is an elliptic curve key.");
        return key.ExportPkcs8PrivateKeyPem() + "\n";
    }

    private static X509Extension Names(IReadOnlyList<string> hosts)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
        {
            if (IPAddress.TryParse(host, out var ip))
                names.AddIpAddress(ip);
            else
                names.AddDnsName(host);
        }

        return names.Build();
    }

    /// <summary>RFC 4514, section 2.4.</summary>
    private static string Escaped(string name) => string.Concat("\"", name.Replace("\"", "\"\"", StringComparison.Ordinal), "\"");
}
