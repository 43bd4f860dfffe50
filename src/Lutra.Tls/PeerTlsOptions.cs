namespace Lutra.Tls;

/// <summary>How peers prove to each other who they are.</summary>
public sealed record PeerTlsOptions
{
    /// <summary>This node's certificate towards its peers, and the CA of the peers' certificates. Both are needed, unless <see cref="SkipVerification"/>.</summary>
    public required TlsFiles Files { get; init; }

    /// <summary>Where peers share the clients' address: the CA of the certificates that are shown there. Null: also that of the peers.</summary>
    public string? ServerCaFile { get; init; }

    /// <summary>Common names that a peer's certificate may have; empty: any.</summary>
    public IReadOnlyList<string> AllowedCommonNames { get; init; } = [];

    /// <summary>Hosts of which a peer's certificate must cover one; empty: the one at which the peer says that it is reached.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>Peers are believed whoever they are: encrypted, but open to everybody. For trying things out.</summary>
    public bool SkipVerification { get; init; }
}
