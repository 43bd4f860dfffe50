using System.Collections.Immutable;
using Lutra.Node.Identity;
using Lutra.Node.Peers;
using Lutra.Raft;

namespace Lutra.Node.Formation;

/// <summary>
/// How a node comes to belong to a cluster, as a state machine without clock, disk or network: inputs in, <see cref="TakeOutput"/> out. Lives on after the
/// cluster has begun, to tell members that missed it, nodes that were added and nodes that were removed. Why it is safe: <c>docs/decisions/creating-a-cluster.md</c>.
/// </summary>
internal sealed class ClusterFormation
{
    /// <summary>How often what may have been lost is said again.</summary>
    public const int RepeatMs = 250;

    // Connections of nodes that nobody listed are remembered for people only; beyond this many they are not.
    private const int PeersMax = 4 * Draft.MembersMax;

    private readonly FormationSelf self;
    private readonly Random random;
    private readonly List<Seat> seats;
    private readonly SortedDictionary<NodeId, KnownPeer> peers = [];
    private readonly List<FormationSend> sends = [];
    private readonly Joining joining;

    private FormationRecord record;
    private FormationRecord? pending;
    private bool pendingTaken;
    private Roll? rollSaid;
    private ListedView view;
    private long repeatAtMs;
    private BegunCluster? belongsTo;

    /// <param name="record">What the disk says.</param>
    /// <param name="random">For ids of clusters and members: in a real process, the system's own source.</param>
    public ClusterFormation(FormationSelf self, FormationRecord record, Random random)
    {
        this.self = self;
        this.record = record;
        this.random = random;
        seats = [.. Listed(self, record).Entries.Select(entry => new Seat(entry))];
        foreach (var seat in seats.Where(seat => seat.Entry == self.Peers.Own || seat.Entry.Label == self.Label))
            seat.AnsweredBySelf();
        view = new ListedView(self, seats);
        joining = new Joining(self);
        belongsTo = BelongsTo(record);
        Decide();
    }

    public FormationStage Stage => record switch
    {
        Fresh => FormationStage.Fresh,
        Drafted => FormationStage.Drafted,
        _ => IsAlone ? FormationStage.Alone : FormationStage.Begun,
    };

    /// <summary>
    /// Set by the driver while nothing was ever done in a cluster of this node alone: it then gives way to a cluster that takes it in. The driver takes no more
    /// requests once <see cref="Yields"/>.
    /// </summary>
    public bool IsAlone { get; set; }

    /// <summary>This node is giving up its own cluster.</summary>
    public bool Yields => pending is Begun { DiscardsData: true };

    /// <summary>This node belongs to another cluster than the one that it opened, on its disk: it must begin anew.</summary>
    public bool HasYielded => record is Begun { DiscardsData: true };

    /// <summary>Null until the cluster has begun, on this node's disk.</summary>
    public ClusterId? Cluster => record is Begun begun ? begun.Draft.Cluster : null;

    /// <summary>Null while the node waits; then it stays.</summary>
    public FormationOutcome? Outcome { get; private set; }

    /// <summary>Set once this node knows that it is no member any more; it may still have to end what it does as a leader.</summary>
    public Removal? Removed => belongsTo?.Removed;

    /// <summary>Up to here in the log this node knows who the members are.</summary>
    public LogIndex ConfigurationIndex => belongsTo?.ConfigurationIndex ?? default;

    /// <summary>The newest members that this node has seen committed; those that created the cluster, before.</summary>
    public Configuration KnownMembers => belongsTo?.Word.Members ?? Configuration.Empty;

    /// <summary>Where in the log <see cref="KnownMembers"/> stand.</summary>
    public LogIndex KnownAt => belongsTo?.Word.At ?? default;

    /// <summary>Later members than this node has seen committed, as another says: where a leader may be that does not know where this node is. Empty: none.</summary>
    public ImmutableArray<Member> LaterMembers => belongsTo?.LaterMembers ?? [];

    /// <summary>The listed addresses to keep connected, until the cluster's own configuration takes over.</summary>
    public IReadOnlyList<string> Targets => [.. seats.Where(seat => !seat.IsSelf).Select(seat => seat.Address)];

    /// <summary>For whom the node waits, and why, a line each; empty once there is an outcome.</summary>
    public ImmutableArray<string> Waiting => Outcome is not null ? []
        : Found() is var (found, at) ? [joining.WaitingLine(found, at)]
        : WaitingLines.Of(self, record, view, seats, peers);

    /// <summary>A peer introduced itself, or did so anew.</summary>
    /// <param name="address">The address that was dialled, one of <see cref="Targets"/> or another; null where the peer dialled.</param>
    public void Heard(string? address, Hello hello)
    {
        if (hello.Node == self.Node)
        {
            if (address is not null)
                FoundSelf(address);
            return;
        }
        var seat = seats.Find(seat => seat.Address == address);
        if (HelloFault.Of(hello) is { } fault)
        {
            if (seat is not null)
                seat.Trouble = fault;
            return;
        }
        seat?.Answered(hello);
        // What a node says of itself now holds for whatever address it was found at before.
        foreach (var other in seats.Where(other => other.Hello?.Node == hello.Node))
            other.Answered(hello);
        view = new ListedView(self, seats);
        if (peers.TryGetValue(hello.Node, out var known))
            known.Hello = hello;
        else if (seat is not null || peers.Count < PeersMax)
            peers.Add(hello.Node, new KnownPeer(hello));
        else
            return;
        if (belongsTo is null || belongsTo.WantsWord(hello))
            SayWhereWeStand(hello.Node);
        Decide();
    }

    /// <summary>This very node answered at <paramref name="address"/>.</summary>
    public void FoundSelf(string address)
    {
        seats.Find(seat => seat.Address == address)?.AnsweredBySelf();
        view = new ListedView(self, seats);
        Decide();
    }

    public void Unreachable(string address, string reason)
    {
        if (seats.Find(seat => seat.Address == address) is { } seat)
            seat.Trouble = reason;
    }

    /// <summary>The connection to <paramref name="node"/> is gone. What it said no longer counts for a draft.</summary>
    public void Lost(NodeId node) => peers.Remove(node);

    public void Receive(NodeId from, FormationMessage message)
    {
        if (!peers.TryGetValue(from, out var peer))
            return;
        switch (message)
        {
            case Roll roll: peer.Roll = roll; break;
            case DraftOffer offer: peer.Offer = offer.Draft; break;
            case DraftStored stored: peer.Stored = stored.Ballot; break;
            case ClusterBegun begun: peer.Begun = begun; break;
            case JoinRefused refused: joining.Refusal = refused.Reason; break;
            case JoinAsked: break; // Whoever can add a member takes it from here.
            default: throw new System.Diagnostics.UnreachableException($"No rule for {message}");
        }
        if (belongsTo is not null && message is ClusterBegun said)
        {
            if (said.Draft.Cluster == Cluster)
                belongsTo.Receive(said);
            else if (IsAlone && pending is null && said.MemberOf(self.Node) is not null)
            {
                Marks.YieldedToACluster.Hit();
                Persist(new Begun(said.Draft, said.At, DiscardsData: true));
            }
        }
        else if (belongsTo is not null)
            SayWhereWeStand(from);
        else if (record is Drafted drafted && pending is null && message is DraftOffer && peer.Offer!.Equals(drafted.Draft))
            Say(from, new DraftStored(drafted.Draft.Ballot));
        Decide();
    }

    /// <summary>The newest configuration that this node, which has begun, knows to be committed.</summary>
    public void Committed(LogIndex at, Configuration members) => belongsTo?.Committed(at, members);

    /// <summary>Time has passed.</summary>
    /// <param name="nowMs">A clock that never goes back.</param>
    public void Tick(long nowMs)
    {
        if (nowMs < repeatAtMs)
            return;
        repeatAtMs = nowMs + RepeatMs;
        if (belongsTo is not null)
        {
            belongsTo.TellLaggards();
            return;
        }

        rollSaid = null;
        Decide();
        OfferAgain();
        Join(nowMs);
    }

    /// <summary>The record of an earlier output is durable.</summary>
    public void Persisted(FormationRecord durable)
    {
        if (!pendingTaken || durable != pending)
            throw new InvalidOperationException("What was persisted is not what was asked for.");
        Marks.FormationRecordDurable.Hit();
        record = durable;
        belongsTo = BelongsTo(durable);
        pending = null;
        pendingTaken = false;
        if (durable is Drafted drafted && drafted.Draft.Ballot.Drafter != self.Node)
            Say(drafted.Draft.Ballot.Drafter, new DraftStored(drafted.Draft.Ballot));
        if (durable is Begun)
        {
            foreach (var (node, peer) in peers)
            {
                if (peer.Begun is null)
                    SayWhereWeStand(node);
            }
        }
        Decide();
        OfferAgain();
    }

    /// <summary>What is owed since the last call.</summary>
    public FormationOutput TakeOutput()
    {
        var output = new FormationOutput(pendingTaken ? null : pending, [.. sends]);
        pendingTaken = pending is not null;
        sends.Clear();
        return output;
    }

    // One rule after the other; the first that applies ends the round. Every rule looks at what is known now, so a message that was lost,
    // late, early or doubled changes when a rule applies, never which.
    private void Decide()
    {
        if (Outcome is not null || pending is not null)
            return;
        if (record is Begun begun)
        {
            Outcome = new ClusterFound(begun.Draft.Cluster, begun.Draft.Configuration);
            return;
        }
        if (FollowBegun())
            return;
        SayRoll();
        if (seats.Exists(seat => seat.Hello is { HasBegun: true }))
            return;
        if (seats.Count == 0 && self.Join)
            return;
        if (!view.IsSettled)
            return;
        if (view.Set.Count == 1)
            Persist(new Begun(NewDraft()));
        else if (BestOffer() is { } offer)
        {
            Marks.DraftTaken.Hit();
            Persist(new Drafted(offer));
        }
        else if (view.First.Node == self.Node && view.Set.All(node => node == self.Node || IsReady(node)))
            LeadCreation();
    }

    // A begun cluster wins over creating one.
    private bool FollowBegun()
    {
        foreach (var (node, peer) in peers)
        {
            if (peer.Begun is { } found && found.MemberOf(self.Node) is not null && MayFollow(found.Draft, node))
            {
                Marks.FollowedABegunCluster.Hit();
                Persist(new Begun(found.Draft, found.At));
                return true;
            }
        }

        return false;
    }

    /// <summary>The newest word of a cluster that has begun at a listed address without this node, and that address.</summary>
    private (ClusterBegun Found, string At)? Found()
    {
        (ClusterBegun Found, string At)? newest = null;
        foreach (var seat in seats)
        {
            if (seat.Hello is { } hello && peers.TryGetValue(hello.Node, out var peer) && peer.Begun is { } found && found.MemberOf(self.Node) is null
                && (newest is null || found.At > newest.Value.Found.At))
                newest = (found, seat.Address);
        }

        return newest;
    }

    private void Join(long nowMs)
    {
        if (Outcome is not null || pending is not null || Found() is not var (found, at))
            return;
        if (joining.Stop(found, at, nowMs) is { } stopped)
            Outcome = stopped;
        else if (joining.Ask(found, [.. peers.Where(peer => peer.Value.Begun?.Draft.Cluster == found.Draft.Cluster).Select(peer => peer.Key)], nowMs) is { } asked)
            Say(asked, new JoinAsked(peers[asked].Begun!.At));
    }

    // Having stored a newer draft, this node ignores that an older one began, unless a member of the newer says so: a node that has begun never
    // stores a draft, so the newer one cannot begin any more.
    private bool MayFollow(Draft found, NodeId from) =>
        record is not Drafted { Draft: var draft } || found.Ballot >= draft.Ballot || draft.MemberOf(from) is not null;

    private Draft? BestOffer()
    {
        Draft? best = null;
        foreach (var (node, peer) in peers)
        {
            if (peer.Offer is { } offer && offer.Ballot.Drafter == node && offer.Ballot > BallotHeld && (best is null || offer.Ballot > best.Ballot)
                && view.IsDraftedBy(offer))
                best = offer;
        }
        return best;
    }

    private void LeadCreation()
    {
        // A member may have stored a draft of a node that was wiped since: it takes a newer one only.
        if (record is not Drafted { Draft: var draft } || !view.IsDraftedBy(draft) || !view.IsMatchedBy(draft) || HighestHeld > draft.Ballot)
        {
            Marks.DraftMade.Hit();
            Persist(new Drafted(NewDraft()));
        }
        else if (view.Set.All(node => node == self.Node || peers[node].Stored == draft.Ballot))
            Persist(new Begun(draft));
    }

    private Ballot HighestHeld =>
        view.Set.Max(node => peers.TryGetValue(node, out var peer) && peer.Roll is { } roll ? roll.Held : default);

    private bool IsReady(NodeId node) =>
        peers.TryGetValue(node, out var peer) && peer.Begun is null && peer.Roll is { } roll && view.IsSharedBy(roll);

    private Ballot BallotHeld => record is Drafted { Draft.Ballot: var ballot } ? ballot : default;

    private void OfferAgain()
    {
        if (pending is not null || record is not Drafted { Draft: var draft } || draft.Ballot.Drafter != self.Node)
            return;
        foreach (var member in draft.Configuration.Members)
        {
            if (member.Node is { } node && node != self.Node && peers.TryGetValue(node, out var peer) && peer.Stored != draft.Ballot)
            {
                Marks.DraftOfferedAgain.Hit();
                Say(node, new DraftOffer(draft));
            }
        }
    }

    private Draft NewDraft() => DraftMaker.Make(view, new Ballot(1 + Math.Max(BallotHeld.Number, HighestHeld.Number), self.Node), random);

    private BegunCluster? BelongsTo(FormationRecord durable) => durable is Begun begun ? new BegunCluster(self, begun, peers, Say) : null;

    private void Persist(FormationRecord next) => pending = next;

    private void Say(NodeId to, FormationMessage message) => sends.Add(new FormationSend(to, message));

    private void SayWhereWeStand(NodeId to)
    {
        if (belongsTo is not null)
            Say(to, belongsTo.Word);
        else
            Say(to, NewRoll());
    }

    private void SayRoll()
    {
        var roll = NewRoll();
        if (rollSaid is { } said && said.Held == roll.Held && said.Settled == roll.Settled && said.Entries.SequenceEqual(roll.Entries))
            return;
        rollSaid = roll;
        foreach (var node in peers.Keys)
            Say(node, roll);
    }

    private Roll NewRoll()
    {
        var entries = seats.Select(seat => new RollEntry(seat.Address, seat.Node(self), seat.LabelThere(self)?.Text ?? "")).ToList();
        if (!seats.Exists(seat => seat.IsSelf))
            entries.Add(new RollEntry(self.PeerAddress, self.Node, self.Label.Text));
        return new Roll(BallotHeld, view.IsSettled, entries);
    }

    // A node that stored a draft goes on with it after a restart, also where nobody lists the others any more.
    private static PeerList Listed(FormationSelf self, FormationRecord record) => self.Peers.IsEmpty && record is Drafted { Draft.Configuration.Members: var members }
        ? new PeerList([.. members.Select(member => new PeerEntry(PeerAddress.TryParse(member.PeerAddress, out _)!.Value, Label.Parse(member.Label)))], null)
        : self.Peers;
}
