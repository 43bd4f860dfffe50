using Lutra.Raft;

namespace Lutra.Node.Peers.Links;

/// <summary>All connections of one node, from their opening to their end, and the peers at the other ends. Loop only.</summary>
internal sealed class LinkSet(INetwork network, Hello hello, PeerOptions options, IPeerEvents events, Random random, TimeProvider time)
{
    // Waiting for the last bytes to go out is looked at this often.
    private const long DrainPollMs = 20;
    private const long ClosingMs = 1_000;

    private readonly Dialler dialler = new(network, options, random);
    // Sorted, so that two runs of one seed send in the same order.
    private readonly SortedDictionary<long, PeerLink> links = [];
    private readonly SortedDictionary<NodeId, ConnectedPeer> peers = [];
    private readonly PeerBook book = new(time);
    private long accepted;
    private long rejected;
    private long timedOut;
    private bool isClosed;

    /// <summary>What this node says of itself.</summary>
    public Hello Own { get; private set; } = hello with { Expected = null };

    public long NowMs { get; private set; }

    /// <summary>When the next attempt, ping or deadline is due.</summary>
    public long DueMs { get; private set; }

    /// <summary>Connections closed because of bytes that are no frame, or a frame that was not allowed there.</summary>
    public long Malformed { get; set; }

    public PeerCounters Counters => new(accepted, dialler.Attempts, rejected, Malformed, timedOut);

    /// <summary>By node.</summary>
    public IEnumerable<ConnectedPeer> Peers => peers.Values;

    /// <summary>Null: it was never greeted, or long ago.</summary>
    public PeerMeasures? MeasuresOf(NodeId peer) => book.Find(peer);

    public ConnectedPeer? Find(NodeId peer) => peers.GetValueOrDefault(peer);

    /// <inheritdoc cref="PeerExchange.HellosAt"/>
    public IEnumerable<ConnectedPeer> At(string address)
    {
        var answered = Peers.Where(peer => dialler.Answered(peer.Node, address));
        return answered.Union(Peers.Where(peer => peer.Hello.PeerAddress == address));
    }

    public void Advance(long nowMs)
    {
        // After a pause of this very process, silence says nothing about the others: what they sent may still wait in the operating system.
        if (nowMs - NowMs > options.SilenceMaxMs / 2)
        {
            Marks.ProcessWasPaused.Hit();
            foreach (var link in links.Values)
                link.LastReceivedMs = nowMs;
        }

        NowMs = Math.Max(NowMs, nowMs);
    }

    public void Flush()
    {
        foreach (var link in links.Values)
            link.Outgoing.Flush();
    }

    public void SetOwn(Hello hello)
    {
        var old = Own;
        Own = hello with { Expected = null };
        DueMs = NowMs;
        foreach (var link in links.Values.ToArray())
        {
            if (link.State != LinkState.Greeted)
                continue;

            if (old.Cluster is not null && old.Cluster != Own.Cluster)
                Drop(link, "this node's cluster has changed");
            else if (Handshake.Judge(Own, link.Hello!, dialled: null) is { } refusal)
                Refuse(link, refusal);
            else
                Introduce(link);
        }
    }

    public void SetTargets(IReadOnlyList<PeerTarget> targets)
    {
        foreach (var target in dialler.Set(targets, Own.Node))
        {
            if (target.Link is { State: LinkState.Opening or LinkState.Greeting } attempt)
                Drop(attempt, "its address is no longer asked for");
        }

        foreach (var link in links.Values)
            link.IsUnwanted = link.State == LinkState.Greeted && link.IsDialled && !dialler.IsWanted(link.Hello!.Node, link.Target!.Address);
        DueMs = NowMs;
    }

    /// <summary>A connection opened, whoever dialled it: from now on its hello is waited for.</summary>
    public void Opened(PeerLink link, IConnection connection)
    {
        link.Attach(connection);
        if (!link.IsDialled)
            accepted++;
        if (link.State == LinkState.Closed || (!link.IsDialled && IsFull()))
        {
            link.State = LinkState.Closed;
            connection.Close();
            return;
        }

        if (link.IsDialled)
            Introduce(link);
        else
            links.Add(link.Number, link);
        link.State = LinkState.Greeting;
        link.DeadlineMs = NowMs + options.HelloTimeoutMs;
        DueMs = Math.Min(DueMs, link.DeadlineMs);
    }

    /// <summary>The other end was checked: it is a peer now.</summary>
    public void Greeted(PeerLink link, Hello hello)
    {
        Introduce(link);
        link.State = LinkState.Greeted;
        link.GreetedMs = NowMs;
        link.NextPingMs = NowMs;
        if (link.Target is { } target)
        {
            target.Node = hello.Node;
            target.Mourned = null;
        }

        if (!peers.TryGetValue(hello.Node, out var peer))
            peers.Add(hello.Node, peer = new ConnectedPeer(Own.Node, hello.Node));
        peer.Add(link, NowMs);
        link.Measures = book.Open(hello.Node, peers.ContainsKey);
        DueMs = NowMs;
    }

    /// <summary>The network says that a connection, or the attempt at one, is over.</summary>
    public void Closed(PeerLink link, CloseReason reason, string message)
    {
        links.Remove(link.Number);
        if (link.State == LinkState.Closed)
            return;

        var mourned = reason == CloseReason.Refused ? link.Target?.Mourned : null;
        Detach(link, LinkState.Closed, message, mayHaveDied: reason is CloseReason.Ended or CloseReason.Failed);
        if (mourned is { } dead && !peers.ContainsKey(dead))
        {
            Marks.PeerDied.Hit();
            events.PeerDied(dead);
        }
    }

    /// <summary>Says why to the other end, then closes.</summary>
    public void Refuse(PeerLink link, string refusal)
    {
        Marks.ConnectionRefused.Hit();
        rejected++;
        events.Rejected(link.Remote, refusal);
        link.Outgoing.AddRefused(refusal);
        CloseOnceSent(link, refusal);
    }

    public void RefusedByOther(PeerLink link, string refusal)
    {
        rejected++;
        Reject(link, $"refused by the other end: {refusal}");
    }

    public void Reject(PeerLink link, string reason)
    {
        events.Rejected(link.Remote, reason);
        Drop(link, reason);
    }

    public void CloseOnceSent(PeerLink link, string reason)
    {
        Detach(link, LinkState.Closing, reason, mayHaveDied: false);
        link.DeadlineMs = NowMs + ClosingMs;
        DueMs = NowMs;
    }

    public void Drop(PeerLink link, string reason, bool mayHaveDied = false)
    {
        Detach(link, LinkState.Closed, reason, mayHaveDied);
        links.Remove(link.Number);
        link.Connection?.Close();
    }

    public void CloseAll()
    {
        isClosed = true;
        dialler.Set([], Own.Node);
        foreach (var link in links.Values.ToArray())
            Drop(link, "this node stops");
    }

    public void DoWhatIsDue(Func<DialTarget, PeerLink> newLink)
    {
        foreach (var link in links.Values.ToArray())
            DoWhatIsDue(link);
        dialler.DialDue(NowMs, peers.ContainsKey, target =>
        {
            var link = newLink(target);
            links.Add(link.Number, link);
            return link;
        });
        DueMs = dialler.DueMs(peers.ContainsKey);
        foreach (var link in links.Values)
            DueMs = Math.Min(DueMs, LinkDueMs(link));
    }

    private void DoWhatIsDue(PeerLink link)
    {
        switch (link.State)
        {
            case LinkState.Greeting when NowMs >= link.DeadlineMs:
                Marks.NoHello.Hit();
                timedOut++;
                Reject(link, $"no hello within {options.HelloTimeoutMs} ms");
                break;
            case LinkState.Greeted when !link.IsPaused && NowMs - link.LastReceivedMs >= options.SilenceMaxMs:
                Marks.PeerSilent.Hit();
                timedOut++;
                Drop(link, $"nothing was heard for {options.SilenceMaxMs} ms", mayHaveDied: true);
                break;
            case LinkState.Greeted when (link.IsUnwanted || NowMs >= link.SuperfluousAtMs) && link.Outgoing.IsEmpty:
                Marks.SecondConnectionClosed.Hit();
                Drop(link, "it is not needed any more");
                break;
            case LinkState.Greeted when NowMs >= link.NextPingMs:
                Introduce(link);
                link.Outgoing.AddPing((ulong)NowMs);
                link.PingedAt = (NowMs, link.Measures!.RoundTrips.Start());
                link.NextPingMs = NowMs + options.PingIntervalMs;
                break;
            case LinkState.Closing when NowMs >= link.DeadlineMs || link.Outgoing.IsEmpty:
                Drop(link, "");
                break;
        }
    }

    private long LinkDueMs(PeerLink link) => link.State switch
    {
        LinkState.Greeting => link.DeadlineMs,
        LinkState.Greeted when link.IsUnwanted || NowMs >= link.SuperfluousAtMs => NowMs + DrainPollMs,
        LinkState.Greeted => Math.Min(Math.Min(link.NextPingMs, link.SuperfluousAtMs ?? long.MaxValue), link.LastReceivedMs + options.SilenceMaxMs),
        LinkState.Closing => NowMs + DrainPollMs,
        _ => long.MaxValue,
    };

    /// <summary>The link carries nothing any more: whoever counted on it is told.</summary>
    private void Detach(PeerLink link, LinkState next, string reason, bool mayHaveDied)
    {
        var before = link.State;
        link.State = next;
        if (next == LinkState.Closed)
            link.Outgoing.Close();
        DueMs = NowMs;
        if (link.Target is { } target && target.Link == link)
        {
            target.Link = null;
            if (before is LinkState.Opening or LinkState.Greeting)
                AttemptFailed(target, reason);
        }

        if (before == LinkState.Greeted)
            link.Measures!.Closed(link);
        if (before == LinkState.Greeted && Find(link.Hello!.Node) is { } peer && peer.Remove(link, NowMs) && peer.Preferred is null)
        {
            peers.Remove(peer.Node);
            dialler.PeerLost(peer.Node, NowMs - link.GreetedMs, mayHaveDied, NowMs);
            events.Lost(peer.Node);
        }
    }

    private void AttemptFailed(DialTarget target, string reason)
    {
        target.Mourned = null;
        dialler.AttemptFailed(target, NowMs);
        if (!target.IsSelf && dialler.Targets.Contains(target))
            events.Unreachable(target.Address, reason);
    }

    /// <summary>
    /// Says what is new of this node. It is owed until it was said: the end that dialled may have changed since it opened the connection, and where too
    /// much waits a hello is dropped like any frame. A peer that is taken for a stranger for ever hears no word of consensus.
    /// </summary>
    private void Introduce(PeerLink link)
    {
        if (link.Said != Own && link.Outgoing.TryAddHello(Own with { Expected = link.Target?.Expected }))
            link.Said = Own;
    }

    private bool IsFull()
    {
        if (isClosed || links.Count >= options.ConnectionsMax)
            return true;

        var ungreeted = 0;
        foreach (var link in links.Values)
        {
            if (link is { IsDialled: false, State: LinkState.Greeting })
                ungreeted++;
        }

        return ungreeted >= options.UngreetedMax;
    }
}
