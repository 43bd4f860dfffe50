using Lutra.Node.Peers.Links;
using Lutra.Raft;

namespace Lutra.Node.Peers;

/// <summary>
/// All connections of one node with its peers. Owned by the node's loop: except for <see cref="Accept"/>, which may be called from any thread,
/// everything is called by the loop only, and all <see cref="IPeerEvents"/> are raised from inside <see cref="Step"/>,
/// <see cref="SetHello"/>, <see cref="SetTargets"/> or <see cref="Close"/>. What the network says, on whatever thread, goes through a bounded inbox and
/// calls <c>wake</c>, after which the loop steps.
/// </summary>
internal sealed class PeerExchange
{
    private const int InputsPerStep = 256;

    private readonly PeerOptions options;
    private readonly LinkInbox inbox;
    private readonly LinkSet links;
    private readonly LinkReader reader;
    private long lastLinkNumber;

    /// <param name="hello">What this node says of itself. <see cref="Hello.Expected"/> is filled in per connection.</param>
    /// <param name="random">For jitter.</param>
    /// <param name="time">For round trips, which milliseconds are too coarse for.</param>
    /// <param name="wake">There is something to <see cref="Step"/> for. Called from any thread, outside of any lock; may step inline.</param>
    public PeerExchange(INetwork network, Hello hello, PeerOptions options, IPeerEvents events, Random random, TimeProvider time, Action wake)
    {
        this.options = options;
        inbox = new LinkInbox(wake);
        links = new LinkSet(network, hello, options, events, random, time);
        reader = new LinkReader(links, events);
    }

    public PeerCounters Counters => links.Counters;

    /// <summary>Connected peers, by node.</summary>
    public IReadOnlyList<PeerStatus> Status =>
        [.. links.Peers.Select(peer => peer.Preferred!).Select(link => new PeerStatus(
            link.Hello!.Node, link.Hello.Label, link.Remote, link.IsDialled, link.RoundTripMs, link.Outgoing.SentBytes, link.ReceivedBytes,
            link.Outgoing.QueuedBytes, link.Outgoing.DroppedFrames))];

    /// <summary>What passed between this node and a peer since the node's start; nothing where it was never connected.</summary>
    public PeerTraffic TrafficOf(NodeId peer)
    {
        if (links.MeasuresOf(peer) is not { } page)
            return PeerTraffic.None;
        var (sent, received, dropped, queued) = (page.SentBytes, page.ReceivedBytes, page.DroppedFrames, 0L);
        var connected = links.Find(peer);
        foreach (var link in connected?.Links ?? [])
        {
            sent += link.Outgoing.SentBytes;
            received += link.ReceivedBytes;
            dropped += link.Outgoing.DroppedFrames;
            queued += link.Outgoing.QueuedBytes;
        }

        return new PeerTraffic(connected is not null, page.RoundTrips.Read(), sent, received, queued, dropped);
    }

    /// <summary>When the next attempt, ping or deadline is due; <see cref="long.MaxValue"/> where nothing is.</summary>
    public long DueMs => links.DueMs;

    /// <summary>A connection that someone opened to this node: give the returned handler to the network. From any thread.</summary>
    /// <param name="proves">Of which hosts the other end proved to be; null: nobody asked it to.</param>
    public IConnectionHandler Accept(Func<string, bool>? proves = null) => NewLink(target: null, proves);

    /// <summary>
    /// This node's stage, cluster, list or addresses changed: says so to all connected peers at once. Where its cluster became another one, all
    /// connections are closed and opened anew.
    /// </summary>
    public void SetHello(Hello hello) => links.SetOwn(hello);

    /// <summary>
    /// The addresses to keep connected from now on; new ones are dialled at the next step. A connection that this node dialled and that
    /// belongs to no target is closed; those that others dialled are theirs to close.
    /// </summary>
    public void SetTargets(IReadOnlyList<PeerTarget> targets) => links.SetTargets(targets);

    /// <summary>Connected peers at an address: first who answered where this node dialled it, then who say that they are reached there.</summary>
    public IEnumerable<Hello> HellosAt(string address) => links.At(address).Select(peer => peer.Hello);

    /// <summary>The latest hello of a connected peer; null where it is not connected.</summary>
    public Hello? HelloOf(NodeId peer) => links.Find(peer)?.Hello;

    /// <summary>
    /// Queues a frame; it goes out with the next <see cref="Flush"/>. False: not queued, because the peer is not connected, is not of the same begun
    /// cluster (only <see cref="FormationFrame"/> goes to others), or has too much waiting. Raft repeats what it needs; others act on the answer.
    /// </summary>
    public bool Send(NodeId to, PeerFrame frame)
    {
        if (links.Find(to) is not { } peer)
            return false;
        if (frame is not FormationFrame && !Handshake.IsSameCluster(links.Own, peer.Hello))
            return false;

        return peer.Preferred!.Outgoing.TryAdd(frame);
    }

    /// <summary>Starts to send what was queued: once at the end of a loop's step, so that its frames share a write.</summary>
    public void Flush() => links.Flush();

    /// <summary>
    /// Takes what arrived and does what is due, a bounded piece of it; true where more waits. Called after <c>wake</c>, and at the latest at
    /// <see cref="DueMs"/>.
    /// </summary>
    /// <param name="nowMs">A clock that never goes back.</param>
    public bool Step(long nowMs)
    {
        links.Advance(nowMs);
        for (var taken = 0; taken < InputsPerStep && inbox.TryTake(out var input); taken++)
            Take(input);
        if (links.NowMs >= links.DueMs)
            links.DoWhatIsDue(NewLink);
        links.Flush();
        return !inbox.IsEmpty;
    }

    /// <summary>Closes everything for good.</summary>
    public void Close() => links.CloseAll();

    private void Take(LinkInput input)
    {
        switch (input.Kind)
        {
            case LinkInputKind.Opened:
                links.Opened(input.Link, input.Connection!);
                break;
            case LinkInputKind.Bytes:
                reader.Read(input.Link, input.Chunk.AsSpan(0, input.Length));
                input.Link.ChunkRead(input);
                break;
            case LinkInputKind.Closed:
                links.Closed(input.Link, input.Reason, input.Message);
                break;
        }
    }

    private PeerLink NewLink(DialTarget target) => NewLink(target, proves: null);

    private PeerLink NewLink(DialTarget? target, Func<string, bool>? proves) => new(Interlocked.Increment(ref lastLinkNumber), inbox, options, target) { Proves = proves };
}
