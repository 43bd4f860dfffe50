using System.Collections.Immutable;
using Lutra.Node.Formation;
using Lutra.Node.Identity;
using Lutra.Node.Peers;
using Lutra.Raft;

namespace Lutra.Node.Loop;

/// <summary>
/// To which cluster this node belongs, and who its peers are: carries out what the formation of the cluster asks for, and from then on follows the
/// configuration. Loop only.
/// </summary>
internal sealed class Membership : IDisposable
{
    private const long WaitingStandsMillis = 1000;

    private readonly NodeContext context;
    private readonly LutraNodeOptions options;
    private readonly IdentityFile identity;
    private readonly PeerAddress peerAddress;
    private readonly PeerAddress clientAddress;
    private readonly ClusterFormation formation;
    private readonly Action<LoopInput> post;
    private readonly PeerJudge judge = new();
    private readonly HeldBefore held = new();
    private readonly ulong run;
    private Configuration configuration = Configuration.Empty;
    private OpenedLog opened;
    private bool hasLeader;
    private ImmutableArray<Member> toldLater = [];
    private FormationStage toldStage;
    private LogIndex toldConfigurationIndex;
    private ImmutableArray<string> toldWaiting = [];
    private ImmutableArray<string> seenWaiting = [];
    private long seenWaitingMillis;

    private Membership(NodeContext context, LutraNodeOptions options, IdentityFile identity, ulong run, Action<LoopInput> post)
    {
        this.context = context;
        this.run = run;
        this.options = options;
        this.identity = identity;
        this.post = post;
        var errors = new List<string>();
        peerAddress = AddressOf(options.EffectivePeerAddress);
        clientAddress = AddressOf(options.Address);
        var list = PeerListParser.Parse(options.Peers, "--peers", identity.Current.Label, peerAddress, errors)
            ?? throw new ArgumentException(string.Join(Environment.NewLine, errors));
        var self = new FormationSelf(
            identity.Current.Node, identity.Current.Label, peerAddress.ToString(), clientAddress.ToString(), list, options.Join, options.LabelGiven)
        {
            BaseState = identity.Current.BaseState,
        };
        formation = new ClusterFormation(self, identity.Current.Formation, context.Random);
        (toldStage, toldConfigurationIndex) = (formation.Stage, formation.ConfigurationIndex);
    }

    public NodeIdentity Identity => identity.Current;

    /// <summary>The cluster, once this node belongs to it for good.</summary>
    public ClusterFound? Begun => formation.Outcome as ClusterFound;

    /// <summary>For whom this node waits, and why.</summary>
    public ImmutableArray<string> Waiting => formation.Waiting;

    /// <summary>Why requests cannot be served yet.</summary>
    public string NotReady => $"This node does not belong to a cluster yet. {string.Join(" ", formation.Waiting)} Nothing was done.";

    public Hello Hello => new(
        PeerProtocol.Min, PeerProtocol.Max, options.ClusterName, formation.Cluster, Identity.Node, null, Identity.Label.Text, options.LabelGiven,
        Identity.Boots, peerAddress.ToString(), clientAddress.ToString(), formation.Stage, options.Peers, formation.ConfigurationIndex)
    {
        BaseState = Identity.BaseState,
        Opened = opened,
        Run = run,
    };

    /// <param name="run">Drawn for this process.</param>
    /// <param name="post">Brings what the disk finished back to the loop.</param>
    public static Membership Open(NodeContext context, LutraNodeOptions options, ulong run, Action<LoopInput> post)
    {
        var identity = IdentityFile.Open(context.Files, Label.Parse(options.Label), options.ClusterName, context.Random);
        try
        {
            return new Membership(context, options, identity, run, post);
        }
        catch
        {
            identity.Dispose();
            throw;
        }
    }

    /// <summary>The log was opened: peers are told what it holds, from now on.</summary>
    public void LogOpened(OpenedLog log, PeerExchange peers)
    {
        opened = log;
        peers.SetHello(Hello);
    }

    /// <summary>Where to connect before there is a configuration.</summary>
    public IReadOnlyList<PeerTarget> Targets => [.. formation.Targets.Select(address => new PeerTarget(address, null))];

    /// <summary>Nothing was ever done in the cluster of this node alone.</summary>
    public bool IsAlone
    {
        get => formation.IsAlone;
        set => formation.IsAlone = value;
    }

    public bool Yields => formation.Yields || formation.HasYielded;

    /// <summary>Why this node is no member any more; null: it is one, as far as it knows.</summary>
    public Removal? Removed => formation.Removed;

    /// <summary>
    /// Other members are in force, or a leader came or went: members are whom this node keeps connected, and while it hears no leader it also tries
    /// the addresses that it was given, because all members may have moved, and those of later members that others told it of.
    /// </summary>
    public void MembersChanged(Configuration now, bool hasLeader, PeerExchange peers)
    {
        (configuration, this.hasLeader) = (now, hasLeader);
        Retarget(peers);
    }

    private void Retarget(PeerExchange peers)
    {
        toldLater = formation.LaterMembers;
        var targets = configuration.Members.Where(member => member.Node != Identity.Node).Select(member => new PeerTarget(member.PeerAddress, member.Node)).ToList();
        if (!hasLeader)
        {
            // Where a later member is, an earlier one is no more: a machine that lost its folder comes back as another node, and may be the leader.
            var later = toldLater.Where(member => member.Node != Identity.Node).Select(member => new PeerTarget(member.PeerAddress, member.Node)).ToArray();
            targets.RemoveAll(target => Array.Exists(later, other => other.Address == target.Address));
            targets.AddRange(later);
            // For whoever is there: it may be another one than this node last heard of.
            targets.AddRange(formation.Targets.Select(address => new PeerTarget(address, null)));
        }

        peers.SetTargets(targets);
    }

    /// <summary>The newest configuration that is known to be committed.</summary>
    public void Committed(LogIndex at, Configuration members) => formation.Committed(at, members);

    /// <summary>
    /// Up to where in the log one that asks to be taken in was never a member; null where that is not known: it knows of other members than this node, hears of these,
    /// and asks again.
    /// </summary>
    public LogIndex? NeverMemberUpTo(JoinAsked asked, RaftNode raft)
    {
        if (asked.KnownAt != formation.KnownAt)
            return null;
        return raft.ConfigurationIndex > formation.KnownAt ? formation.KnownAt : raft.Commit;
    }

    /// <summary>Why the one behind this hello may not speak; null: it may.</summary>
    /// <param name="status">Of consensus; null before the cluster has begun.</param>
    public string? Judge(Hello hello, RaftStatus? status)
    {
        var wentBack = status is null ? null : held.Judge(hello, status);
        return wentBack ?? judge.Judge(hello, configuration, formation.KnownMembers, formation.KnownAt);
    }

    public void Heard(Hello hello, string? address)
    {
        held.Heard(hello);
        formation.Heard(address, hello);
    }

    public void FoundSelf(string address) => formation.FoundSelf(address);

    public void Receive(NodeId from, FormationMessage message) => formation.Receive(from, message);

    /// <inheritdoc cref="Judge"/>
    public void Lost(NodeId peer, RaftStatus? status)
    {
        held.Lost(peer, status);
        formation.Lost(peer);
    }

    public void Unreachable(string address, string reason) => formation.Unreachable(address, reason);

    public void Tick(long nowMillis)
    {
        formation.Tick(nowMillis);
        TellWaiting(nowMillis);
    }

    /// <summary>Carries out what the formation asks for.</summary>
    public void Flush(PeerExchange peers)
    {
        while (formation.TakeOutput() is { IsEmpty: false } output)
        {
            foreach (var send in output.Sends)
                peers.Send(send.To, new FormationFrame(send.Message));
            if (output.Persist is { } record)
                Persist(record);
        }

        if (formation.Stage != toldStage || formation.ConfigurationIndex != toldConfigurationIndex)
        {
            (toldStage, toldConfigurationIndex) = (formation.Stage, formation.ConfigurationIndex);
            peers.SetHello(Hello);
        }

        if (!hasLeader && toldLater != formation.LaterMembers)
            Retarget(peers);
        TellOutcome();
    }

    /// <summary>Set once: this node gave its own cluster up, and has to be opened anew.</summary>
    public bool HasYielded => formation.HasYielded;

    public void Dispose() => identity.Dispose();

    private static PeerAddress AddressOf(string text) =>
        PeerAddress.TryParse(text, out var fault) ?? throw new ArgumentException($"The address \"{text}\" cannot be used: {fault}.");

    private void Persist(FormationRecord record) => identity.Save(record, failure => post(new ActionInput(_ =>
    {
        if (failure is not null)
            context.Failed(failure);
        else
            formation.Persisted(record);
    })));

    private void TellOutcome()
    {
        if (formation.Outcome is Stopped stopped)
            context.Failed(new LutraException(LutraError.Stopped, stopped.Message));
    }

    /// <summary>Says for whom the node waits once that has stood for a second: while nodes start, it changes by the millisecond.</summary>
    private void TellWaiting(long nowMillis)
    {
        var waiting = formation.Waiting;
        if (!waiting.SequenceEqual(seenWaiting))
        {
            seenWaiting = waiting;
            seenWaitingMillis = nowMillis;
        }

        if (nowMillis - seenWaitingMillis < WaitingStandsMillis || waiting.SequenceEqual(toldWaiting))
            return;
        toldWaiting = waiting;
        foreach (var line in waiting)
            context.Tell(new NodeEvent(NodeEventLevel.Information, line));
    }
}
