namespace Lutra.Tls;

/// <summary>The files, as they were read.</summary>
internal sealed record TlsTexts(string? Certificate, string? Key, string? TrustedCa)
{
    private const long FileBytesMax = 4 * 1024 * 1024;

    public static TlsTexts Read(TlsFiles files) => new(TextOf(files.CertificateFile), TextOf(files.KeyFile), TextOf(files.TrustedCaFile));

    private static string? TextOf(string? file)
    {
        if (file is null)
            return null;
        try
        {
            if (new FileInfo(file).Length > FileBytesMax)
                throw new TlsException($"{file} is larger than {FileBytesMax} bytes: that is no certificate.");
            return File.ReadAllText(file);
        }
        catch (Exception fault) when (fault is (IOException or UnauthorizedAccessException) and not TlsException)
        {
            throw new TlsException($"{file} cannot be read: {fault.Message}", fault);
        }
    }
}
