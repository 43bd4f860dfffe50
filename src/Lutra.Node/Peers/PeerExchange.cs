using Lutra.Node.Peers.Frames;
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

    // Waiting for the last bytes to go out is looked at this often.
    private const long DrainPollMs = 20;
    private const long ClosingMs = 1_000;

    private readonly PeerOptions options;
    private readonly IPeerEvents events;
    private readonly LinkInbox inbox;
    private readonly Dialler dialler;
    private readonly Func<NodeId, bool> isConnected;
    private readonly Func<DialTarget, PeerLink> newLink;
    // Sorted, so that two runs of one seed send in the same order.
    private readonly SortedDictionary<long, PeerLink> links = [];
    private readonly SortedDictionary<NodeId, ConnectedPeer> peers = [];
    private Hello own;
    private long nowMs;
    private long lastLinkNumber;
    private long accepted;
    private long rejected;
    private long malformed;
    private long timedOut;
    private bool isClosed;

    /// <param name="hello">What this node says of itself. <see cref="Hello.Expected"/> is filled in per connection.</param>
    /// <param name="random">For jitter.</param>
    /// <param name="wake">There is something to <see cref="Step"/> for. Called from any thread; must not step inline.</param>
    public PeerExchange(INetwork network, Hello hello, PeerOptions options, IPeerEvents events, Random random, Action wake)
    {
        this.options = options;
        this.events = events;
        own = hello with { Expected = null };
        inbox = new LinkInbox(wake);
        dialler = new Dialler(network, options, random);
        isConnected = peers.ContainsKey;
        newLink = NewDialledLink;
    }

    public PeerCounters Counters => new(accepted, dialler.Attempts, rejected, malformed, timedOut);

    /// <summary>Connected peers, by node.</summary>
    public IReadOnlyList<PeerStatus> Status =>
        [.. peers.Values.Select(peer => peer.Preferred!).Select(link => new PeerStatus(
            link.Hello!.Node, link.Hello.Label, link.Remote, link.IsDialled, link.RoundTripMs, link.Outgoing.SentBytes, link.ReceivedBytes,
            link.Outgoing.QueuedBytes, link.Outgoing.DroppedFrames))];

    /// <summary>When the next attempt, ping or deadline is due; <see cref="long.MaxValue"/> where nothing is.</summary>
    public long DueMs { get; private set; }

    /// <summary>A connection that someone opened to this node: give the returned handler to the network. From any thread.</summary>
    public IConnectionHandler Accept() => new PeerLink(Interlocked.Increment(ref lastLinkNumber), inbox, options, target: null);

    /// <summary>
    /// This node's stage, cluster, list or addresses changed: says so to all connected peers at once. Where its cluster became another one, all
    /// connections are closed and opened anew.
    /// </summary>
    public void SetHello(Hello hello)
    {
        var old = own;
        own = hello with { Expected = null };
        DueMs = nowMs;
        foreach (var link in links.Values.ToArray())
        {
            if (link.State != LinkState.Greeted)
                continue;

            if (old.Cluster is not null && old.Cluster != own.Cluster)
                Drop(link, "this node's cluster has changed");
            else if (Handshake.Judge(own, link.Hello!, dialled: null) is { } refusal)
                Refuse(link, refusal);
            else
                link.Outgoing.AddHello(own);
        }
    }

    /// <summary>
    /// The addresses to keep connected from now on; new ones are dialled at the next step. A connection that this node dialled and that
    /// belongs to no target is closed; those that others dialled are theirs to close.
    /// </summary>
    public void SetTargets(IReadOnlyList<PeerTarget> targets)
    {
        foreach (var target in dialler.Set(targets, own.Node))
        {
            if (target.Link is { State: LinkState.Opening or LinkState.Greeting } attempt)
                Drop(attempt, "its address is no longer asked for");
        }

        foreach (var link in links.Values)
            link.IsUnwanted = link.State == LinkState.Greeted && link.IsDialled && !dialler.IsWanted(link.Hello!.Node, link.Target!.Address);
        DueMs = nowMs;
    }

    /// <summary>The latest hello of a connected peer; null where it is not connected.</summary>
    public Hello? HelloOf(NodeId peer) => peers.GetValueOrDefault(peer)?.Hello;

    /// <summary>
    /// Queues a frame; it goes out with the next <see cref="Flush"/>. False: not queued, because the peer is not connected, is not of the same begun
    /// cluster (only <see cref="FormationFrame"/> goes to others), or has too much waiting. Raft repeats what it needs; others act on the answer.
    /// </summary>
    public bool Send(NodeId to, PeerFrame frame)
    {
        if (!peers.TryGetValue(to, out var peer))
            return false;
        if (frame is not FormationFrame && !Handshake.IsSameCluster(own, peer.Hello))
            return false;

        return peer.Preferred!.Outgoing.TryAdd(frame);
    }

    /// <summary>Starts to send what was queued: once at the end of a loop's step, so that its frames share a write.</summary>
    public void Flush()
    {
        foreach (var link in links.Values)
            link.Outgoing.Flush();
    }

    /// <summary>
    /// Takes what arrived and does what is due, a bounded piece of it; true where more waits. Called after <c>wake</c>, and at the latest at
    /// <see cref="DueMs"/>.
    /// </summary>
    /// <param name="nowMs">A clock that never goes back.</param>
    public bool Step(long nowMs)
    {
        // After a pause of this very process, silence says nothing about the others: what they sent may still wait in the operating system.
        if (nowMs - this.nowMs > options.SilenceMaxMs / 2)
            ForgiveSilence(nowMs);
        this.nowMs = Math.Max(this.nowMs, nowMs);
        for (var taken = 0; taken < InputsPerStep && inbox.TryTake(out var input); taken++)
            Take(input);
        if (this.nowMs >= DueMs)
            DoWhatIsDue();
        Flush();
        return !inbox.IsEmpty;
    }

    /// <summary>Closes everything for good.</summary>
    public void Close()
    {
        isClosed = true;
        dialler.Set([], own.Node);
        foreach (var link in links.Values.ToArray())
            Drop(link, "this node stops");
    }

    private void Take(LinkInput input)
    {
        var link = input.Link;
        switch (input.Kind)
        {
            case LinkInputKind.Opened:
                OnOpened(link, input.Connection!);
                break;
            case LinkInputKind.Bytes:
                link.LastReceivedMs = nowMs;
                OnBytes(link, input.Chunk.AsSpan(0, input.Length));
                link.ChunkRead(input);
                break;
            case LinkInputKind.Closed:
                OnClosed(link, input.Reason, input.Message);
                break;
        }
    }

    private void OnOpened(PeerLink link, IConnection connection)
    {
        link.Attach(connection);
        if (link.IsDialled)
        {
            if (link.State == LinkState.Closed)
            {
                connection.Close();
                return;
            }

            link.Outgoing.AddHello(own with { Expected = link.Target!.Expected });
        }
        else
        {
            accepted++;
            if (isClosed || links.Count >= options.ConnectionsMax || CountUngreeted() >= options.UngreetedMax)
            {
                link.State = LinkState.Closed;
                connection.Close();
                return;
            }

            links.Add(link.Number, link);
        }

        link.State = LinkState.Greeting;
        link.DeadlineMs = nowMs + options.HelloTimeoutMs;
        DueMs = Math.Min(DueMs, link.DeadlineMs);
    }

    private void OnBytes(PeerLink link, ReadOnlySpan<byte> bytes)
    {
        try
        {
            // Nothing behind the first hello is even parsed before that was checked; and what an event does may end the link.
            while (link.State is LinkState.Greeting or LinkState.Greeted && link.Parser.TryTake(ref bytes, out var body))
                OnFrame(link, body);
        }
        catch (MalformedFrameException fault)
        {
            malformed++;
            Reject(link, fault.Message);
        }
    }

    private void OnFrame(PeerLink link, ReadOnlyMemory<byte> body)
    {
        var kind = (FrameKind)body.Span[0];
        var reader = new FrameReader(body[1..]);
        switch (kind)
        {
            case FrameKind.Hello:
                OnHello(link, reader);
                break;
            case FrameKind.Refused:
                OnRefused(link, GreetingCodec.ReadRefused(reader));
                break;
            case var _ when link.State != LinkState.Greeted:
                throw new MalformedFrameException($"A frame of kind {(byte)kind} before the hello.");
            case FrameKind.Ping:
                link.Outgoing.AddPong(GreetingCodec.ReadPing(reader));
                break;
            case FrameKind.Pong:
                OnPong(link, GreetingCodec.ReadPing(reader));
                break;
            case var _ when kind != FrameKind.Formation && !Handshake.IsSameCluster(own, link.Hello!):
                throw new MalformedFrameException($"A frame of kind {(byte)kind} from a node that is not of this cluster.");
            default:
                var from = link.Hello!.Node;
                events.Received(from, PeerFrameCodec.Read(kind, reader, from, own.Node));
                break;
        }
    }

    private void OnHello(PeerLink link, FrameReader reader)
    {
        var hello = GreetingCodec.ReadHello(reader, out var protocolMin, out var protocolMax);
        if (hello is null)
        {
            Refuse(link, Handshake.WrongProtocol(protocolMin, protocolMax));
            return;
        }

        if (hello.Node == own.Node)
        {
            MeetSelf(link, hello);
            return;
        }

        if (link.Hello is { } earlier && (earlier.Node != hello.Node || earlier.Boots != hello.Boots))
            throw new MalformedFrameException("A peer became another one in the middle of a connection.");

        if ((Handshake.Judge(own, hello, link.Target?.Expected) ?? events.Judge(hello)) is { } refusal)
        {
            Refuse(link, refusal);
            return;
        }

        link.Hello = hello;
        if (link.State == LinkState.Greeting)
            Greet(link, hello);
        events.Heard(hello, link.Target?.Address);
    }

    private void Greet(PeerLink link, Hello hello)
    {
        if (!link.IsDialled)
            link.Outgoing.AddHello(own);
        link.State = LinkState.Greeted;
        link.Parser.BodyBytesMax = FrameHeader.BodyBytesMax;
        link.GreetedMs = nowMs;
        link.NextPingMs = nowMs;
        if (link.Target is { } target)
        {
            target.Node = hello.Node;
            target.Mourned = null;
        }

        if (!peers.TryGetValue(hello.Node, out var peer))
            peers.Add(hello.Node, peer = new ConnectedPeer(own.Node, hello.Node));
        peer.Add(link, nowMs);
        DueMs = nowMs;
    }

    /// <summary>This node dialled its own address; or another process runs with a copy of its folder.</summary>
    private void MeetSelf(PeerLink link, Hello hello)
    {
        if (!Handshake.IsSameProcess(own, hello))
            Refuse(link, $"Another process runs as node {own.Node} (started {hello.Boots} and {own.Boots} times): a data folder was copied.");
        else if (link.Target is { } target)
        {
            target.IsSelf = true;
            events.FoundSelf(target.Address);
            Drop(link, "this node itself answers there");
        }
        else
        {
            link.Outgoing.AddHello(own);
            CloseOnceSent(link, "this node itself dialled");
        }
    }

    private void OnRefused(PeerLink link, string refusal)
    {
        rejected++;
        Reject(link, $"refused by the other end: {refusal}");
    }

    private void OnPong(PeerLink link, ulong token)
    {
        if (token <= (ulong)nowMs)
            link.RoundTripMs = nowMs - (long)token;
    }

    private void OnClosed(PeerLink link, CloseReason reason, string message)
    {
        links.Remove(link.Number);
        if (link.State == LinkState.Closed)
            return;

        var mourned = reason == CloseReason.Refused ? link.Target?.Mourned : null;
        Detach(link, LinkState.Closed, message, mayHaveDied: reason is CloseReason.Ended or CloseReason.Failed);
        if (mourned is { } dead && !peers.ContainsKey(dead))
            events.PeerDied(dead);
    }

    /// <summary>Says why to the other end, then closes.</summary>
    private void Refuse(PeerLink link, string refusal)
    {
        rejected++;
        events.Rejected(link.Remote, refusal);
        link.Outgoing.AddRefused(refusal);
        CloseOnceSent(link, refusal);
    }

    private void Reject(PeerLink link, string reason)
    {
        events.Rejected(link.Remote, reason);
        Drop(link, reason);
    }

    private void CloseOnceSent(PeerLink link, string reason)
    {
        Detach(link, LinkState.Closing, reason, mayHaveDied: false);
        link.DeadlineMs = nowMs + ClosingMs;
        DueMs = nowMs;
    }

    private void Drop(PeerLink link, string reason, bool mayHaveDied = false)
    {
        Detach(link, LinkState.Closed, reason, mayHaveDied);
        links.Remove(link.Number);
        link.Connection?.Close();
    }

    /// <summary>The link carries nothing any more: whoever counted on it is told.</summary>
    private void Detach(PeerLink link, LinkState next, string reason, bool mayHaveDied)
    {
        var before = link.State;
        link.State = next;
        if (next == LinkState.Closed)
            link.Outgoing.Close();
        if (link.Target is { } target && target.Link == link)
        {
            target.Link = null;
            if (before is LinkState.Opening or LinkState.Greeting)
            {
                target.Mourned = null;
                dialler.AttemptFailed(target, nowMs);
                if (!target.IsSelf && dialler.Targets.Contains(target))
                    events.Unreachable(target.Address, reason);
            }
        }

        DueMs = nowMs;
        if (before != LinkState.Greeted || !peers.TryGetValue(link.Hello!.Node, out var peer) || !peer.Remove(link, nowMs) || peer.Links.Count > 0)
            return;

        peers.Remove(peer.Node);
        dialler.PeerLost(peer.Node, nowMs - link.GreetedMs, mayHaveDied, nowMs);
        events.Lost(peer.Node);
    }

    private void DoWhatIsDue()
    {
        foreach (var link in links.Values.ToArray())
            DoWhatIsDue(link);
        dialler.DialDue(nowMs, isConnected, newLink);
        DueMs = dialler.DueMs(isConnected);
        foreach (var link in links.Values)
            DueMs = Math.Min(DueMs, LinkDueMs(link));
    }

    private void DoWhatIsDue(PeerLink link)
    {
        switch (link.State)
        {
            case LinkState.Greeting when nowMs >= link.DeadlineMs:
                timedOut++;
                Reject(link, $"no hello within {options.HelloTimeoutMs} ms");
                break;
            case LinkState.Greeted when !link.IsPaused && nowMs - link.LastReceivedMs >= options.SilenceMaxMs:
                timedOut++;
                Drop(link, $"nothing was heard for {options.SilenceMaxMs} ms", mayHaveDied: true);
                break;
            case LinkState.Greeted when (link.IsUnwanted || nowMs >= link.SuperfluousAtMs) && link.Outgoing.IsEmpty:
                Drop(link, "it is not needed any more");
                break;
            case LinkState.Greeted when nowMs >= link.NextPingMs:
                link.Outgoing.AddPing((ulong)nowMs);
                link.NextPingMs = nowMs + options.PingIntervalMs;
                break;
            case LinkState.Closing when nowMs >= link.DeadlineMs || link.Outgoing.IsEmpty:
                Drop(link, "");
                break;
        }
    }

    private long LinkDueMs(PeerLink link) => link.State switch
    {
        LinkState.Greeting => link.DeadlineMs,
        LinkState.Greeted when link.IsUnwanted || nowMs >= link.SuperfluousAtMs => nowMs + DrainPollMs,
        LinkState.Greeted => Math.Min(Math.Min(link.NextPingMs, link.SuperfluousAtMs ?? long.MaxValue), link.LastReceivedMs + options.SilenceMaxMs),
        LinkState.Closing => nowMs + DrainPollMs,
        _ => long.MaxValue,
    };

    private void ForgiveSilence(long nowMs)
    {
        foreach (var link in links.Values)
            link.LastReceivedMs = nowMs;
    }

    private int CountUngreeted()
    {
        var count = 0;
        foreach (var link in links.Values)
        {
            if (link is { IsDialled: false, State: LinkState.Greeting })
                count++;
        }

        return count;
    }

    private PeerLink NewDialledLink(DialTarget target)
    {
        var link = new PeerLink(Interlocked.Increment(ref lastLinkNumber), inbox, options, target);
        links.Add(link.Number, link);
        return link;
    }
}
