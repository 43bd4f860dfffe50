using Lutra.Raft;

namespace Lutra.Node.Peers.Links;

/// <summary>
/// A peer that was checked, and the connections with it: one, but for a moment after both dialled each other. All are read from; one is written to.
/// </summary>
internal sealed class ConnectedPeer(NodeId self, NodeId node)
{
    /// <summary>How long a connection that is not preferred is kept: the other end must have had time to prefer the same.</summary>
    private const long SuperfluousMs = 1_000;

    private readonly List<PeerLink> links = [];

    public NodeId Node => node;

    /// <summary>Where frames go.</summary>
    public PeerLink? Preferred { get; private set; }

    public Hello Hello => Preferred!.Hello!;

    public IReadOnlyList<PeerLink> Links => links;

    public void Add(PeerLink link, long nowMs)
    {
        links.Add(link);
        Settle(nowMs);
    }

    public bool Remove(PeerLink link, long nowMs)
    {
        if (!links.Remove(link))
            return false;

        Settle(nowMs);
        return true;
    }

    /// <summary>
    /// Both ends prefer by the same rule, so they come to the same: the peer's latest start, then what the smaller node dialled, then what was
    /// opened last. What is left over is closed by the end that dialled it, so that the two never close each other's.
    /// </summary>
    private void Settle(long nowMs)
    {
        Preferred = null;
        foreach (var link in links)
        {
            if (Preferred is null || IsBetter(link, Preferred))
                Preferred = link;
        }

        foreach (var link in links)
            link.SuperfluousAtMs = link != Preferred && link.IsDialled ? link.SuperfluousAtMs ?? nowMs + SuperfluousMs : null;
    }

    private bool IsBetter(PeerLink link, PeerLink than)
    {
        if (link.Hello!.Boots != than.Hello!.Boots)
            return link.Hello.Boots > than.Hello.Boots;

        var smallerDials = self < node;
        if (link.IsDialled != than.IsDialled)
            return link.IsDialled == smallerDials;

        return link.Number > than.Number;
    }
}
