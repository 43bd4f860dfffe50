namespace Lutra.Tls.Tests;

/// <summary>Files with certificates and keys: read, read again, and refused.</summary>
public sealed class CredentialsTests : IDisposable
{
    private readonly TestCertificates certificates = new();
    private readonly StandingTime time = new();
    private readonly List<string> told = [];

    public void Dispose() => certificates.Dispose();

    [Fact]
    public void New_files_are_taken_within_a_second_and_broken_ones_never()
    {
        var files = certificates.Peer("a.example");
        var credentials = Credentials.Open(files, time, told.Add);
        var first = credentials.Current;
        certificates.Peer("b.example");
        Assert.Same(first, credentials.Current);
        time.Now += TimeSpan.FromSeconds(1);
        var second = credentials.Current;
        Assert.NotEqual(first.Own!.TargetCertificate.Thumbprint, second.Own!.TargetCertificate.Thumbprint);

        certificates.Save("peer.key", "garbage");
        time.Now += TimeSpan.FromSeconds(1);
        Assert.Same(second, credentials.Current);
        File.Delete(certificates.PathOf("peer.crt"));
        time.Now += TimeSpan.FromSeconds(1);
        Assert.Same(second, credentials.Current);
        Assert.Equal(3, told.Count);

        certificates.Peer("c.example");
        time.Now += TimeSpan.FromSeconds(1);
        Assert.NotSame(second, credentials.Current);
    }

    [Theory]
    [InlineData("", "holds 0 certificates")]
    [InlineData("garbage", "holds 0 certificates")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "cannot be read")]
    public void A_certificate_that_is_none_is_refused_by_its_name(string text, string fault)
    {
        var files = certificates.Peer("a.example");
        certificates.Save("peer.crt", text);
        var refusal = Assert.Throws<TlsException>(() => Credentials.Open(files, time, told.Add));
        Assert.Contains("peer.crt", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(fault, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_of_another_certificate_is_refused()
    {
        var files = certificates.Peer("a.example");
        certificates.Save("peer.key", certificates.Clients.KeyPem);
        Assert.Contains("is not the private key of", Assert.Throws<TlsException>(() => Credentials.Open(files, time, told.Add)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_missing_or_far_too_large_is_refused()
    {
        var files = certificates.Peer("a.example");
        Assert.Throws<TlsException>(() => Credentials.Open(files with { TrustedCaFile = certificates.PathOf("nothing") }, time, told.Add));
        certificates.Save("peer-ca.crt", new string('x', (4 * 1024 * 1024) + 1));
        Assert.Contains("larger", Assert.Throws<TlsException>(() => Credentials.Open(files, time, told.Add)).Message, StringComparison.Ordinal);
    }

    private sealed class StandingTime : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
