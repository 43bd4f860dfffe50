using Lutra.Raft;

namespace Lutra.Node.Peers.Links;

/// <summary>An address to keep connected, and how that goes.</summary>
internal sealed class DialTarget(PeerTarget target)
{
    public string Address => target.Address;

    /// <summary>Who must answer; null: whoever does.</summary>
    public NodeId? Expected => target.Node;

    /// <summary>Who answered last, or must.</summary>
    public NodeId? Node { get; set; } = target.Node;

    /// <summary>This node itself answered here.</summary>
    public bool IsSelf { get; set; }

    /// <summary>The attempt that has not ended, or the connection that came of it.</summary>
    public PeerLink? Link { get; set; }

    /// <summary>Attempts since a connection last held.</summary>
    public int Attempts { get; set; }

    public long NextDialMs { get; set; }

    /// <summary>A connection with this peer has just ended: should the next attempt be refused, its process is gone.</summary>
    public NodeId? Mourned { get; set; }

    public bool Matches(PeerTarget other) => target == other;

    /// <summary>Doubles from the least to the most, each wait drawn from its upper half, so that many do not come at once (pitfall F05).</summary>
    public long BackoffMs(PeerOptions options, Random random)
    {
        if (Attempts == 0)
            return 0;

        var whole = Math.Min(options.BackoffMaxMs, options.BackoffMinMs << Math.Min(Attempts - 1, 16));
        return whole / 2 + random.NextInt64(whole / 2 + 1);
    }
}
