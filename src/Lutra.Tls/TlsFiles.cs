namespace Lutra.Tls;

/// <summary>Who one end of a connection is, and whom it believes: files in PEM form.</summary>
/// <param name="CertificateFile">The certificate, and behind it those between it and its CA. Null: this end shows none.</param>
/// <param name="KeyFile">Its private key, not encrypted. Given where the certificate is.</param>
/// <param name="TrustedCaFile">The CAs that are believed. Null: those of the machine.</param>
public sealed record TlsFiles(string? CertificateFile, string? KeyFile, string? TrustedCaFile);
