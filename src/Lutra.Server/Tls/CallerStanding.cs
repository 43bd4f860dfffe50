using Lutra.Tls;

namespace Lutra.Server.Tls;

/// <summary>What a connection's certificate makes of the caller. A feature of every TLS connection.</summary>
internal sealed class CallerStanding(PeerProof peer)
{
    public const string NoCertificate = "no certificate was shown";

    /// <summary>Why the caller is no known client; null: it is one.</summary>
    public string? ClientFault { get; set; } = NoCertificate;

    /// <summary>The user that a known client's certificate names (its CN); null: none.</summary>
    public string? User { get; set; }

    /// <summary>What it proved of itself as a peer.</summary>
    public PeerProof Peer { get; set; } = peer;
}
