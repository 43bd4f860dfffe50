using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Lutra.Tls.Tests;

/// <summary>Whom a node takes for a peer (pitfall N03).</summary>
public sealed class PeerTlsTests : IDisposable
{
    private readonly TestCertificates certificates = new();

    public void Dispose() => certificates.Dispose();

    [Fact]
    public void N03_a_peer_proves_the_hosts_that_its_certificate_covers_and_no_others()
    {
        var proof = Judge(TestCertificates.Issue(certificates.Peers, "node", ["a.example", "10.0.0.7"]));
        Assert.Null(proof.Fault);
        Assert.True(proof.Proves!("a.example"));
        Assert.True(proof.Proves("10.0.0.7"));
        Assert.False(proof.Proves("b.example"));
        Assert.False(proof.Proves("node"));
    }

    [Fact]
    public void N03_no_certificate_is_no_peer() => Assert.Equal("no certificate was shown", Judge(null).Fault);

    [Fact]
    public void N03_a_certificate_of_another_ca_is_no_peer() =>
        Assert.NotNull(Judge(TestCertificates.Issue(certificates.Clients, "node", ["a.example"])).Fault);

    [Fact]
    public void N03_a_certificate_that_has_ended_is_no_peer() =>
        Assert.NotNull(Judge(TestCertificates.Issue(certificates.Peers, "node", ["a.example"], validDaysAgo: 5)).Fault);

    [Fact]
    public void N03_a_certificate_for_servers_alone_is_no_peer_that_dials() =>
        Assert.NotNull(Judge(TestCertificates.Issue(certificates.Peers, "node", ["a.example"], isClient: false)).Fault);

    [Fact]
    public void N03_names_that_are_listed_are_the_only_ones()
    {
        var byName = PeerTls.Open(new PeerTlsOptions { Files = certificates.Peer("a.example"), AllowedCommonNames = ["node1"] }, TimeProvider.System, _ => { });
        Assert.Null(byName.Judge(TestCertificates.Issue(certificates.Peers, "node1", []), []).Fault);
        Assert.Contains("--peer-cert-allowed-cn", byName.Judge(TestCertificates.Issue(certificates.Peers, "node2", ["a.example"]), []).Fault, StringComparison.Ordinal);
        var byHost = PeerTls.Open(new PeerTlsOptions { Files = certificates.Peer("a.example"), AllowedHosts = ["a.example"] }, TimeProvider.System, _ => { });
        Assert.Null(byHost.Judge(TestCertificates.Issue(certificates.Peers, "x", ["*.example"]), []).Fault);
        Assert.Contains("--peer-cert-allowed-hostname", byHost.Judge(TestCertificates.Issue(certificates.Peers, "a.example", ["b.test"]), []).Fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CN=node1", true)]
    [InlineData("CN=node1, O=others", true)]
    [InlineData("O=node1", false)]
    [InlineData("OU=node1", false)]
    [InlineData("E=node1", false)]
    [InlineData("", false)]
    [InlineData("OU=node1, CN=node2", false)]
    [InlineData("CN=node2+OU=node1", false)]
    public void N03_no_other_name_stands_for_the_common_name(string subject, bool isNode1)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (from, to) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var authority = new CertificateRequest("CN=authority", key, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var ca = authority.CreateSelfSigned(from, to);
        var files = certificates.Peer("a.example") with { TrustedCaFile = certificates.Save("authority.crt", ca.ExportCertificatePem()) };
        var peers = PeerTls.Open(new PeerTlsOptions { Files = files, AllowedCommonNames = ["node1"] }, TimeProvider.System, _ => { });
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var others = new SubjectAlternativeNameBuilder();
        others.AddEmailAddress("node1");
        others.AddUserPrincipalName("node1");
        others.AddDnsName("node1");
        request.CertificateExtensions.Add(others.Build());
        using var shown = request.Create(ca, from, to, [1]);
        Assert.Equal(isNode1, peers.Judge(shown, []).Fault is null);
    }

    [Fact]
    public void A_node_without_the_peers_ca_does_not_start() =>
        Assert.Throws<TlsException>(() => PeerTls.Open(new PeerTlsOptions { Files = certificates.Peer("a") with { TrustedCaFile = null } }, TimeProvider.System, _ => { }));

    private PeerProof Judge(X509Certificate2? shown) =>
        PeerTls.Open(new PeerTlsOptions { Files = certificates.Peer("a.example") }, TimeProvider.System, _ => { }).Judge(shown, []);
}
