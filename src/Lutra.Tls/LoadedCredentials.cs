using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Lutra.Tls;

/// <summary>What the files held when they were last read.</summary>
/// <param name="Own">What this end shows; null: nothing.</param>
/// <param name="Trusted">The CAs that are believed; null: those of the machine.</param>
public sealed record LoadedCredentials(SslStreamCertificateContext? Own, X509Certificate2Collection? Trusted)
{
    /// <summary>At most so many certificates in a file.</summary>
    private const int CertificatesMax = 1000;

    internal static LoadedCredentials Parse(TlsFiles files, TlsTexts texts) => new(
        texts.Certificate is { } certificate ? OwnOf(files, certificate, texts.Key ?? throw new TlsException($"{files.CertificateFile} is a certificate without its private key: name the key's file, too.")) : null,
        texts.TrustedCa is { } ca ? All(files.TrustedCaFile!, ca) : null);

    private static SslStreamCertificateContext OwnOf(TlsFiles files, string certificate, string key)
    {
        var chain = All(files.CertificateFile!, certificate);
        var leaf = WithKey(files, certificate, key);
        chain.RemoveAt(0);
        return SslStreamCertificateContext.Create(leaf, chain, offline: true);
    }

    private static X509Certificate2 WithKey(TlsFiles files, string certificate, string key)
    {
        try
        {
            var leaf = X509Certificate2.CreateFromPem(certificate, key);
            if (!OperatingSystem.IsWindows())
                return leaf;

            // There, TLS takes only keys that are in a store.
            using (leaf)
                return X509CertificateLoader.LoadPkcs12(leaf.Export(X509ContentType.Pkcs12), null);
        }
        catch (Exception fault) when (fault is System.Security.Cryptography.CryptographicException or ArgumentException)
        {
            var isEncrypted = key.Contains("ENCRYPTED", StringComparison.Ordinal);
            throw new TlsException(
                isEncrypted ? $"{files.KeyFile} is encrypted: a node starts unattended, so its key must not be." : $"{files.KeyFile} is not the private key of {files.CertificateFile}: {fault.Message.Split(" (Parameter", 2)[0]}", fault);
        }
    }

    private static X509Certificate2Collection All(string file, string text)
    {
        var all = new X509Certificate2Collection();
        try
        {
            all.ImportFromPem(text);
        }
        catch (System.Security.Cryptography.CryptographicException fault)
        {
            throw new TlsException($"{file} holds a certificate that cannot be read: {fault.Message}", fault);
        }

        return all.Count is > 0 and <= CertificatesMax
            ? all
            : throw new TlsException($"{file} holds {all.Count} certificates in PEM form (-----BEGIN CERTIFICATE-----), but there must be from 1 to {CertificatesMax}.");
    }
}
