using Lutra.Raft;
using Lutra.Storage.Measures;

namespace Lutra.Node.Peers.Links;

/// <summary>
/// What passed between this node and each peer since the node's start, over whichever connections. Only peers that were greeted stand in it, and of those
/// that are gone the ones that were here first are forgotten, so that it stays small. Loop only.
/// </summary>
internal sealed class PeerBook(TimeProvider time)
{
    private const int PeersMax = 64;

    private readonly SortedDictionary<NodeId, PeerMeasures> pages = [];
    private long lastNumber;

    public PeerMeasures Open(NodeId peer, Func<NodeId, bool> isConnected)
    {
        if (pages.TryGetValue(peer, out var page))
            return page;
        if (pages.Count >= PeersMax && pages.Where(one => !isConnected(one.Key)).OrderBy(one => one.Value.Number).FirstOrDefault() is { Value: not null } oldest)
            pages.Remove(oldest.Key);
        page = new PeerMeasures(++lastNumber, time);
        pages.Add(peer, page);
        return page;
    }

    public PeerMeasures? Find(NodeId peer) => pages.GetValueOrDefault(peer);
}

/// <param name="number">Counts the peers that were met.</param>
internal sealed class PeerMeasures(long number, TimeProvider time)
{
    public long Number => number;

    /// <summary>From a ping to its answer, both as the loop saw them.</summary>
    public DurationHistogram RoundTrips { get; } = new(time);

    /// <summary>Over connections that are closed.</summary>
    public long SentBytes { get; private set; }

    /// <inheritdoc cref="SentBytes"/>
    public long ReceivedBytes { get; private set; }

    /// <inheritdoc cref="SentBytes"/>
    public long DroppedFrames { get; private set; }

    public void Closed(PeerLink link)
    {
        SentBytes += link.Outgoing.SentBytes;
        ReceivedBytes += link.ReceivedBytes;
        DroppedFrames += link.Outgoing.DroppedFrames;
    }
}
