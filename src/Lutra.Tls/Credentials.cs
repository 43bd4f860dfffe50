namespace Lutra.Tls;

/// <summary>
/// Certificates, keys and CAs that are read again when their files change, so that they can be renewed while connections come and go. What is open stays open.
/// From any thread.
/// </summary>
public sealed class Credentials
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly TlsFiles files;
    private readonly TimeProvider time;
    private readonly Action<string> tell;
    private readonly Lock gate = new();
    private TlsTexts texts;
    private LoadedCredentials loaded;
    private long lookedAt;
    private string? told;

    private Credentials(TlsFiles files, TimeProvider time, Action<string> tell)
    {
        (this.files, this.time, this.tell) = (files, time, tell);
        texts = TlsTexts.Read(files);
        loaded = LoadedCredentials.Parse(files, texts);
        lookedAt = time.GetTimestamp();
    }

    /// <param name="files">What to read.</param>
    /// <param name="time">Says when to look again.</param>
    /// <param name="tell">Told, in a line, when new files were taken or could not be.</param>
    /// <exception cref="TlsException">A file cannot be used.</exception>
    public static Credentials Open(TlsFiles files, TimeProvider time, Action<string> tell) => new(files, time, tell);

    /// <summary>What holds for a connection that begins now. The files are looked at once a second at most; where they cannot be used, what was held before holds on.</summary>
    public LoadedCredentials Current
    {
        get
        {
            lock (gate)
            {
                if (time.GetElapsedTime(lookedAt) >= LookEvery)
                    Look();
                return loaded;
            }
        }
    }

    private void Look()
    {
        lookedAt = time.GetTimestamp();
        try
        {
            var now = TlsTexts.Read(files);
            if (now == texts)
                return;
            loaded = LoadedCredentials.Parse(files, now);
            texts = now;
            TellOnce($"New certificates are in use, from {files.CertificateFile ?? files.TrustedCaFile}.");
        }
        catch (TlsException fault)
        {
            // Files that are being replaced do not fit each other for a moment.
            TellOnce($"New certificates cannot be used, and the earlier ones stay in use: {fault.Message}");
        }
    }

    private void TellOnce(string line)
    {
        if (line == told)
            return;
        told = line;
        tell(line);
    }
}
