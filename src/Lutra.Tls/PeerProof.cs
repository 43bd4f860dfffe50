namespace Lutra.Tls;

/// <summary>What the other end of a peer connection proved about itself.</summary>
/// <param name="Fault">Why it is no peer; null: it is one.</param>
/// <param name="Proves">Of which hosts it proved to be; null: that does not matter.</param>
public sealed record PeerProof(string? Fault, Func<string, bool>? Proves)
{
    /// <summary>It need not prove anything.</summary>
    public static PeerProof Anybody { get; } = new(null, null);

    public static PeerProof Refused(string fault) => new(fault, null);
}
