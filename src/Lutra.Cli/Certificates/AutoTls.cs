using System.Net;
using System.Security.Cryptography.X509Certificates;
using Lutra.Tls;

namespace Lutra.Cli.Certificates;

/// <summary>The certificate of <c>--auto-tls</c>: made at the first start, beside the node's folder, and again when it is about to end.</summary>
internal static class AutoTls
{
    private static readonly TimeSpan Validity = TimeSpan.FromDays(365);
    private static readonly TimeSpan RenewedBefore = TimeSpan.FromDays(30);

    /// <summary>Holds certificate, CA and key.</summary>
    public static string FileOf(string folder, string label) => Path.Combine(folder, $"auto-tls-{label}.pem");

    /// <summary>Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> where the file cannot be written.</summary>
    public static void Make(string file, string address, DateTimeOffset now)
    {
        if (Lasts(file, now))
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        using var authority = CertificateAuthority.Create("Lutra, made by --auto-tls", now, Validity);
        var (certificate, key) = authority.Issue("lutra", Hosts(address), isServer: true, isClient: true, now, Validity);
        PrivateFile.Write(file, certificate + authority.CertificatePem + key);
    }

    private static bool Lasts(string file, DateTimeOffset now)
    {
        try
        {
            using var made = X509Certificate2.CreateFromPem(File.ReadAllText(file));
            return made.NotAfter > (now + RenewedBefore).LocalDateTime;
        }
        catch (Exception fault) when (fault is IOException or System.Security.Cryptography.CryptographicException)
        {
            return false;
        }
    }

    private static string[] Hosts(string address)
    {
        var host = address[..address.LastIndexOf(':')].Trim('[', ']');
        return [.. new[] { host, "localhost", IPAddress.Loopback.ToString(), IPAddress.IPv6Loopback.ToString(), Dns.GetHostName() }.Distinct(StringComparer.OrdinalIgnoreCase)];
    }
}
