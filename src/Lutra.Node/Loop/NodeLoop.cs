using Lutra.Node.Formation;
using Lutra.Node.Leases;
using Lutra.Node.Measures;
using Lutra.Node.Members;
using Lutra.Node.Peers;
using Lutra.Node.Requests;
using Lutra.Raft;
using Lutra.Storage.Scheduling;

namespace Lutra.Node.Loop;

/// <summary>
/// The one loop of a node: takes what has gathered (requests, frames, ticks, "this is on disk"), feeds it to the formation of the cluster or,
/// once that has begun, to the replica, and carries out what they ask for. It never waits for a disk or a socket.
/// </summary>
internal sealed class NodeLoop : IStage, IPeerEvents, IDisposable
{
    private const long RemovedLingersMillis = 1000;
    private const string Yielding = "This node is giving up its own empty cluster for the one that took it in; ask again. Nothing was done.";

    private readonly NodeContext context;
    private readonly LutraNodeOptions options;
    private readonly ulong origin;
    private readonly Inbox inbox = new();
    private readonly PeerExchange peers;
    private readonly Membership membership;
    private Replica? replica;
    private volatile bool started;
    private volatile bool closed;
    private int ticks;
    private Action? drained;
    private long drainUntilMillis;
    private long? removedMillis;

    public NodeLoop(NodeContext context, LutraNodeOptions options, ulong origin)
    {
        this.context = context;
        this.options = options;
        this.origin = origin;
        Measures = new NodeMeasures(context.Clock.Time);
        membership = Membership.Open(context, options, origin, Post);
        peers = new PeerExchange(context.Network, membership.Hello, options.Tuning.Peers, this, context.Random, context.Clock.Time, Offer);
        peers.SetTargets(membership.Targets);
        FollowMembership();
    }

    public string Name => "loop";

    public StageKind Kind => StageKind.Prompt;

    public NodeMeasures Measures { get; }

    public Membership Membership => membership;

    public PeerExchange Peers => peers;

    /// <summary>Null until the cluster has begun. Set once, read by all threads.</summary>
    public Replica? Replica => Volatile.Read(ref replica);

    /// <summary>From now on it steps. What other threads posted while it was made has waited: a loop that is half made must not step.</summary>
    public void Start()
    {
        started = true;
        context.Scheduler.Ready(this);
    }

    /// <summary>Gives the loop something to act on. From any thread.</summary>
    public void Post(LoopInput input)
    {
        inbox.Post(input);
        if (closed)
            RefuseAll();
        else if (started)
            context.Scheduler.Ready(this);
    }

    /// <summary>A heartbeat interval has passed. Ticks that find the loop busy count once: a node that was held up does not catch up on time. From any thread.</summary>
    public void Tick()
    {
        Interlocked.Exchange(ref ticks, 1);
        Offer();
    }

    public bool Step()
    {
        var nowMillis = context.Clock.NowMillis;
        var more = peers.Step(nowMillis);
        for (var input = inbox.TakeAll(); input is not null;)
        {
            var next = input.Earlier;
            input.Earlier = null;
            input.Feed(this);
            input = next;
        }

        if (Interlocked.Exchange(ref ticks, 0) != 0)
            OnTick(nowMillis);
        membership.Flush(peers);
        BeginAnewIfYielded();
        FollowMembership();
        replica?.Flush();
        peers.Flush();
        return more;
    }

    public void Submit(ClientWrite write)
    {
        if (drained is not null)
            write.Failed(LutraError.Stopped, "The node is stopping. Nothing was done.");
        else if (replica is null)
            write.Failed(LutraError.Unavailable, membership.NotReady);
        else if (membership.Yields)
            write.Failed(LutraError.Unavailable, Yielding);
        else
        {
            membership.IsAlone = false;
            replica.Submit(write);
        }
    }

    public void Submit(ClientRead read)
    {
        if (drained is not null)
            read.Failed(LutraError.Stopped, "The node is stopping.");
        else if (replica is null)
            read.Failed(LutraError.Unavailable, membership.NotReady);
        else
            replica.Submit(read);
    }

    public void Submit(ClientLeaseQuestion question)
    {
        if (drained is not null)
            question.Answered(new LeaseAnswer(LutraError.Stopped, "The node is stopping.", 0, 0));
        else if (replica is null)
            question.Answered(new LeaseAnswer(LutraError.Unavailable, membership.NotReady, 0, 0));
        else
            replica.Submit(question);
    }

    public void Submit(ClientMemberChange change)
    {
        if (drained is not null)
            change.Answered(MemberAnswer.Refuse(LutraError.Stopped, "The node is stopping. Nothing was done."));
        else if (replica is null)
            change.Answered(MemberAnswer.AskAgain(membership.NotReady));
        else if (membership.Yields)
            change.Answered(MemberAnswer.AskAgain(Yielding));
        else
        {
            membership.IsAlone = false;
            replica.Submit(change);
        }
    }

    /// <summary>
    /// Takes no more requests, hands leadership over, and calls <paramref name="done"/> once nothing is at work any more, at the latest after <paramref name="patienceMillis"/>.
    /// </summary>
    public void Drain(long patienceMillis, Action done)
    {
        drained = done;
        drainUntilMillis = context.Clock.NowMillis + patienceMillis;
        if (replica is { Raft.Role: RoleName.Leader } leading)
            leading.Raft.TransferLeadership(null);
        EndDrainIfDone(context.Clock.NowMillis);
    }

    public void MembersChanged(Configuration configuration, bool hasLeader) => membership.MembersChanged(configuration, hasLeader, peers);

    string? IPeerEvents.Judge(Hello hello) => membership.Judge(hello, replica?.Raft.Status);

    void IPeerEvents.Heard(Hello hello, string? address)
    {
        membership.Heard(hello, address);
        replica?.Heard(hello.Node);
    }

    void IPeerEvents.FoundSelf(string address) => membership.FoundSelf(address);

    void IPeerEvents.Received(NodeId from, PeerFrame frame)
    {
        if (frame is FormationFrame { Message: JoinAsked asked } && replica is not null && peers.HelloOf(from) is { Stage: FormationStage.Fresh } hello && hello.BaseState == 0)
        {
            if (membership.NeverMemberUpTo(asked, replica.Raft) is not { } asOf)
                return;
            Submit(new NodeAdmission(hello, peers)
            {
                Change = new AdmitNode(hello.Node, hello.Label, hello.LabelGiven, hello.PeerAddress, hello.ClientAddress, asOf),
                DeadlineMillis = context.Clock.NowMillis + options.RequestTimeoutMillis,
            });
        }
        else if (frame is FormationFrame formation)
            membership.Receive(from, formation.Message);
        else
            replica?.Receive(from, frame);
    }

    void IPeerEvents.Lost(NodeId peer)
    {
        membership.Lost(peer, replica?.Raft.Status);
        replica?.Lost(peer);
    }

    void IPeerEvents.PeerDied(NodeId peer) => replica?.PeerDied(peer);

    void IPeerEvents.Unreachable(string address, string reason) => membership.Unreachable(address, reason);

    void IPeerEvents.Rejected(string remote, string reason) =>
        context.Tell(new NodeEvent(NodeEventLevel.Warning, $"Closed the connection with {remote}: {reason}"));

    /// <summary>Once nothing steps any more: what was not acted on is refused, and so is whatever is still posted.</summary>
    public void Dispose()
    {
        closed = true;
        peers.Close();
        replica?.Stop();
        replica?.Dispose();
        membership.Dispose();
        RefuseAll();
    }

    private void Offer()
    {
        if (started)
            context.Scheduler.Offer(this);
    }

    private void RefuseAll()
    {
        for (var input = inbox.TakeAll(); input is not null;)
        {
            var next = input.Earlier;
            input.Earlier = null;
            input.Refuse();
            input = next;
        }
    }

    private void OnTick(long nowMillis)
    {
        membership.Tick(nowMillis);
        replica?.Tick(nowMillis);
        StopIfRemoved(nowMillis);
        EndDrainIfDone(nowMillis);
    }

    /// <summary>Opens the replica as soon as the node belongs to a cluster for good.</summary>
    private void FollowMembership()
    {
        if (replica is not null || membership.Begun is not { } begun)
            return;
        var identity = new ReplicaIdentity(begun.Cluster, membership.Identity.Node, origin, begun.Initial);
        var opened = new Replica(context, this, peers, identity, options);
        membership.IsAlone = opened.IsUntouched;
        Volatile.Write(ref replica, opened);
        membership.LogOpened(new OpenedLog(opened.Raft.Term, opened.Raft.Last.Index), peers);
        context.Tell(new NodeEvent(
            NodeEventLevel.Information, $"Cluster {begun.Cluster}: opened at {opened.OpenedAt}, {opened.ReplayedBytes} bytes of log to apply again."));
        if (opened.Raft.Configuration.Voters.Count == 1)
            opened.Raft.Campaign();
    }

    /// <summary>A node that was removed stops, once it leads no more and what it owes answers to had time to be answered.</summary>
    private void StopIfRemoved(long nowMillis)
    {
        if (membership.Removed is not { } removed || drained is not null)
        {
            removedMillis = null;
            return;
        }

        replica?.Removed(removed);
        if (removedMillis is null || replica?.Raft.Role == RoleName.Leader)
            removedMillis = nowMillis;
        if (nowMillis - removedMillis < RemovedLingersMillis)
            return;
        Marks.RemovedNodeStops.Hit();
        drained = () => { };
        context.Failed(new LutraException(LutraError.Stopped, removed.Message));
    }

    private void BeginAnewIfYielded()
    {
        if (!membership.HasYielded || drained is not null)
            return;
        drained = () => { };
        context.Failed(new YieldedException());
    }

    private void EndDrainIfDone(long nowMillis)
    {
        if (drained is not { } done)
            return;
        var busy = replica is not null && (replica.PendingWrites > 0 || replica.Raft.IsTransferring);
        if (busy && nowMillis < drainUntilMillis)
            return;
        drained = () => { };
        replica?.Stop();
        done();
    }
}
