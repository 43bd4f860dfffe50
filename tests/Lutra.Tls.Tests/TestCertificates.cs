using System.Security.Cryptography.X509Certificates;

namespace Lutra.Tls.Tests;

/// <summary>CAs and certificates of a test, in a folder that goes with it.</summary>
internal sealed class TestCertificates : IDisposable
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly string folder = Directory.CreateTempSubdirectory("lutra-tls-").FullName;

    public CertificateAuthority Peers { get; } = CertificateAuthority.Create("peers", DateTimeOffset.UtcNow - (10 * Day), 20 * Day);

    public CertificateAuthority Clients { get; } = CertificateAuthority.Create("clients", DateTimeOffset.UtcNow - (10 * Day), 20 * Day);

    public string PathOf(string name) => Path.Combine(folder, name);

    public string Save(string name, string text)
    {
        File.WriteAllText(PathOf(name), text);
        return PathOf(name);
    }

    /// <summary>Files of a node among peers.</summary>
    public TlsFiles Peer(params string[] hosts)
    {
        var (certificate, key) = Peers.Issue("node", hosts, isServer: true, isClient: true, DateTimeOffset.UtcNow, Day);
        return new TlsFiles(Save("peer.crt", certificate), Save("peer.key", key), Save("peer-ca.crt", Peers.CertificatePem));
    }

    public static X509Certificate2 Issue(CertificateAuthority by, string name, string[] hosts, bool isClient = true, int validDaysAgo = 0)
    {
        var (certificate, key) = by.Issue(name, hosts, isServer: true, isClient, DateTimeOffset.UtcNow - (validDaysAgo * Day), Day);
        return X509Certificate2.CreateFromPem(certificate, key);
    }

    public void Dispose()
    {
        Peers.Dispose();
        Clients.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
