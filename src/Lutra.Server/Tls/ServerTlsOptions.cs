using Lutra.Tls;

namespace Lutra.Server.Tls;

/// <summary>How a server speaks TLS.</summary>
public sealed record ServerTlsOptions
{
    /// <summary>What is shown to whoever connects, and the CA of clients that show a certificate (null: none is believed).</summary>
    public required TlsFiles Files { get; init; }

    /// <summary>Whoever asks for anything but the peers' stream must show a certificate of <see cref="TlsFiles.TrustedCaFile"/>.</summary>
    public bool ClientCertificateRequired { get; init; }

    /// <summary>Who may open the peers' stream at this address; null: nobody.</summary>
    public PeerTlsOptions? Peers { get; init; }
}
