using Lutra.Node.Peers;
using Lutra.Raft;

namespace Lutra.Node.Formation;

/// <summary>A connected node, and the last of each that it said on this connection.</summary>
internal sealed class KnownPeer(Hello hello)
{
    public Hello Hello { get; set; } = hello;

    public Roll? Roll { get; set; }

    /// <summary>The draft that it asks to store.</summary>
    public Draft? Offer { get; set; }

    /// <summary>The newest draft that it said to hold on disk.</summary>
    public Ballot? Stored { get; set; }

    /// <summary>The newest members that it was told because it may know of earlier ones only.</summary>
    public LogIndex ToldAt { get; set; }

    /// <summary>It may have known of earlier members only when it was looked at last.</summary>
    public bool Lags { get; set; }

    /// <summary>The cluster that it belongs to for good.</summary>
    public ClusterBegun? Begun { get; set; }
}
