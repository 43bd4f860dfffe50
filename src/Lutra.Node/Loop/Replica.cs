using Lutra.Keyspace;
using Lutra.Node.Apply;
using Lutra.Node.Auth;
using Lutra.Node.Formation;
using Lutra.Node.Leases;
using Lutra.Node.Measures;
using Lutra.Node.Members;
using Lutra.Node.Peers;
using Lutra.Node.Requests;
using Lutra.Node.Transfer;
using Lutra.Node.Watches;
using Lutra.Raft;
using Lutra.Storage.Log;
using Lutra.Storage.Measures;
using Lutra.Storage.Tables;

namespace Lutra.Node.Loop;

/// <summary>
/// One replica of a cluster that has begun: the consensus core joined to its log, its keyspace and its peers. Loop only; what other threads finish
/// comes back through the loop's inbox.
/// </summary>
internal sealed class Replica : IDisposable
{
    private static readonly Revision FirstRevision = new(1);

    private readonly NodeContext context;
    private readonly NodeLoop loop;
    private readonly PeerExchange peers;
    private readonly LutraNodeOptions options;
    private readonly TableStore tables;
    private readonly Applier applier;
    private readonly CommitTimer commitTimer;
    private readonly LogReader logReader;
    private readonly PendingWrites pending = new();
    private readonly Proposals proposals;
    private readonly Reads reads;
    private readonly Transfers transfers;
    private readonly LeaderDuties duties;
    private readonly LeaseClock leases;
    private readonly LeaseRequests leaseRequests;
    private readonly MemberChanges memberChanges;
    private readonly MemberRequests memberRequests;
    private readonly MemberDuties memberDuties;
    private readonly RoomWatch roomWatch;
    private readonly StuckDiskWatch stuckDiskWatch;
    private readonly LogIndex lastOfUsers;
    private RoleName role;
    private Term term;
    private NodeId? leader;
    private Configuration? targets;
    private NodeStanding? standing;
    private LeaderHint? leaderElsewhere;
    private long leaderlessSinceMillis;
    private LogIndex committedConfiguration;

    public Replica(NodeContext context, NodeLoop loop, PeerExchange peers, ReplicaIdentity identity, LutraNodeOptions options)
    {
        this.context = context;
        this.loop = loop;
        this.peers = peers;
        this.options = options;
        leaderlessSinceMillis = context.Clock.NowMillis;
        Cluster = identity.Cluster;
        var rule = new KeyspaceMergeRule();
        tables = TableStore.Open(
            context.Files, context.Scheduler, options.Tuning.TablesOf(options), rule,
            new TableEvents(Flushed, RoomAgain, context.Failed, OutOfSpace));
        Keyspace = KeyspaceStore.Open(tables, rule, options.Tuning.StretchKeys, options.Tuning.RecentKeys);
        if (!Keyspace.HasBegun)
            Begin(identity.Initial);
        Log = ReplicatedLog.Open(
            context.Files, context.Scheduler, new LogIdentity(identity.Cluster, identity.Node), options.Tuning.LogOf(options),
            new LogEvents(HardStatePersisted, LogPersisted, context.Failed, LogStartMoved),
            loop.Measures.Log);
        var recovered = LogRecovery.Recover(Log, Keyspace);
        IsUntouched = identity.Initial.Members.Length == 1 && recovered.Configuration.Members.Length == 1
            && recovered.Configuration.IsVoter(identity.Node) && Keyspace.Revision == FirstRevision && Keyspace.Auth.Revision == 1
            && recovered.Tail.All(LogRecovery.IsHousekeeping);
        Tokens = new SimpleTokens(() => context.Clock.NowMillis, options.TokenTtlSeconds * 1000L);
        commitTimer = new CommitTimer(loop.Measures);
        Raft = new RaftNode(identity.Node, options.Tuning.RaftOf(options), recovered, context.Random);
        OpenedAt = Keyspace.Applied;
        ReplayedBytes = recovered.Tail.Sum(entry => (long)entry.SizeBytes);
        lastOfUsers = LogRecovery.LastOfUsers(recovered.Tail);

        var configurations = new ConfigurationHistory(Keyspace.Applied.Index, Keyspace.Configuration);
        Watches = new WatchHub(Keyspace, context.Scheduler, options.WatchesMax, options.Tuning.WatchQueueBytesMax, options.Tuning.WatchesUnsortedMax);
        applier = new Applier(
            Keyspace, tables, pending, identity.Origin, loop.Measures,
            new ApplierEvents(context.Scheduler.Ready, Applied, Watches.Published, LeasesChanged, Tokens.Applied, configurations.Add, StateInstalled));
        logReader = new LogReader(Log, context.Scheduler, (follower, first, entries) =>
            Post(replica => replica.Raft.EntriesFetched(follower, first, entries)));
        roomWatch = new RoomWatch(Raft, new DiskRoom(Log, context.Files.Location), new Quota(options.QuotaBytes, tables, Keyspace), peers);
        var numbers = new RequestNumbers(identity.Origin);
        proposals = new Proposals(Raft, roomWatch, peers, pending, context.Clock, options, numbers);
        reads = new Reads(Raft, context.Clock, options, numbers);
        transfers = new Transfers(this, context, tables, configurations, peers, loop, options.Tuning.TransferChunkBytes);
        duties = new LeaderDuties(Raft, Keyspace, identity.Origin, context.Clock);
        leases = new LeaseClock(Raft, Keyspace, context.Clock, options.Tuning.Leases, loop.Measures, duties.Propose);
        leaseRequests = new LeaseRequests(Raft, reads, leases, peers, context.Clock, options, numbers);
        memberChanges = new MemberChanges(Raft, peers, context.Clock, context.Random, options.RequestTimeoutMillis);
        memberRequests = new MemberRequests(Raft, memberChanges, peers, context.Clock, options, numbers);
        memberDuties = new MemberDuties(Raft, peers, memberChanges, () => loop.Membership.Hello, context.Random, context.Tell);
        stuckDiskWatch = new StuckDiskWatch(Raft, options, context.Files.Location, () => Log.IsFull, context.Failed);
        reads.Applied(Keyspace.Applied.Index);
    }

    public RaftNode Raft { get; }

    public ReplicatedLog Log { get; }

    public KeyspaceStore Keyspace { get; }

    public WatchHub Watches { get; }

    /// <summary>From any thread.</summary>
    public SimpleTokens Tokens { get; }

    /// <summary>When it was opened, nothing had ever been done in a cluster of this node alone.</summary>
    public bool IsUntouched { get; }

    /// <summary>Where in the log the tables were when it was opened.</summary>
    public LogPosition OpenedAt { get; }

    /// <summary>Bytes of log that a restart had to apply again.</summary>
    public long ReplayedBytes { get; }

    /// <summary>
    /// The log that it started with says something of users that was not applied yet: what readers see of them is older than what they saw before. From any thread.
    /// </summary>
    public bool UsersAreBehind => Keyspace.Applied.Index < lastOfUsers;

    public int PendingWrites => pending.Count;

    public bool HasRoom => roomWatch.HasRoom;

    /// <inheritdoc cref="RoomWatch.Trouble"/>
    public string? RoomTrouble => roomWatch.Trouble;

    public ClusterId Cluster { get; }

    /// <summary>What is told to clients about role, term and leader. From any thread.</summary>
    public NodeStanding? Standing => Volatile.Read(ref standing);

    /// <summary>
    /// Who led when this node last heard of a leader in its term; null where it leads itself, or has heard of none. A term has one leader at most, so one that is
    /// cut off from it still names the right one to those who can reach it. From any thread.
    /// </summary>
    public LeaderHint? LeaderElsewhere => Volatile.Read(ref leaderElsewhere);

    /// <summary>Committed entries that wait to be applied. From any thread, as is what follows.</summary>
    public long ApplyBacklogBytes => applier.BacklogBytes;

    public TableSizes TableSizes => tables.Sizes;

    public void Submit(ClientWrite write) => proposals.Submit(write);

    public void Submit(ClientRead read) => reads.Submit(read);

    public void Submit(ClientLeaseQuestion question) => leaseRequests.Submit(question);

    public void Submit(ClientMemberChange change) => memberRequests.Submit(change);

    public void Tick(long nowMillis)
    {
        Raft.Tick();
        proposals.Tick(nowMillis);
        reads.Tick(nowMillis);
        transfers.Tick(nowMillis);
        duties.Tick();
        leases.Tick();
        leaseRequests.Tick(nowMillis);
        memberRequests.Tick(nowMillis);
        memberDuties.Tick();
        roomWatch.Tick();
        stuckDiskWatch.Tick();

        // Where a disk was full, they look whether there is room again; else they do nothing.
        Log.RetryRoom();
        tables.RetryWrites();
    }

    public void Receive(NodeId from, PeerFrame frame)
    {
        switch (frame)
        {
            case RaftFrame { Message: AppendRequest append } when !CanTake(append):
                Marks.AppendNotTakenForWantOfRoom.Hit();
                break; // As if it were lost: the leader sends it again, and there may be room then.
            case RaftFrame { Message: var message }:
                if (message.From == from && message.To == Raft.Id)
                    Raft.Receive(message);
                break;
            case ProposeFrame propose:
                proposals.Receive(from, propose);
                break;
            case ProposeReplyFrame reply:
                proposals.Receive(reply);
                break;
            case LeaseFrame questions:
                leaseRequests.Receive(from, questions);
                break;
            case LeaseReplyFrame reply:
                leaseRequests.Receive(reply);
                break;
            case MemberChangeFrame change:
                memberRequests.Receive(from, change);
                break;
            case MemberAnswerFrame answer:
                memberRequests.Receive(answer);
                break;
            case RoomFrame room:
                roomWatch.Receive(from, room);
                break;
            default:
                transfers.Receive(from, frame);
                break;
        }
    }

    public void Heard(NodeId peer) => roomWatch.Heard(peer);

    public void Lost(NodeId peer)
    {
        roomWatch.Lost(peer);
        if (peer == Raft.Leader)
            proposals.LeaderChanged();
    }

    /// <summary>This node is no member any more: who asked it for just that is answered.</summary>
    public void Removed(Removal removal) => memberRequests.Removed(removal);

    public void PeerDied(NodeId peer) => Raft.PeerDied(peer);

    /// <summary>After a batch of inputs: what gathered goes to the core, and what the core asks for is carried out.</summary>
    public void Flush()
    {
        // First: a leader that was removed answers for its own removal before its requests look for another one.
        memberChanges.Flush();
        FollowChanges();
        proposals.Flush();
        leaseRequests.Flush();
        reads.Flush();
        memberRequests.Flush();
        memberChanges.Flush();
        while (Raft.TakeOutput() is { IsEmpty: false } output)
            CarryOut(output);
        if (Raft.Role == RoleName.Leader)
            commitTimer.Committed(Raft.Commit);
        else
            commitTimer.Forget();
        FollowChanges();
    }

    public void Stop()
    {
        proposals.Stop();
        reads.Stop();
        leaseRequests.Stop();
        memberRequests.Stop();
        Watches.End();
    }

    public void Dispose()
    {
        transfers.Dispose();
        Log.Dispose();
        Keyspace.Dispose();
        tables.Dispose();
    }

    private void Begin(Configuration initial)
    {
        Keyspace.Begin(initial);
        // A restored state is sent to others as it lies in the tables: the members shall be in them soon.
        if (Keyspace.Applied != LogPosition.Zero)
            tables.RequestFlush();
    }

    private void CarryOut(Output output)
    {
        // The write starts first, so that the disk works while the messages are encoded; none of them promises what is not yet on disk.
        if (output.HardState is not null || output.EntriesToPersist.Count > 0)
        {
            stuckDiskWatch.Asked(output.HardState);
            if (Raft.Role == RoleName.Leader && output.EntriesToPersist is [.., var last])
                commitTimer.Appended(last.Index);
            Log.Append(output.HardState, output.EntriesToPersist);
        }

        foreach (var message in output.MessagesToSend)
            peers.Send(message.To, new RaftFrame(message));
        if (output.EntriesToApply.Count > 0)
            applier.Submit(output.EntriesToApply.ToArray());
        foreach (var answer in output.Reads)
            reads.Answer(answer);
        foreach (var wanted in output.EntriesWanted)
            logReader.Submit(wanted);
        foreach (var follower in output.SnapshotsWanted)
            transfers.Start(follower);
        if (output.SnapshotToInstall is { } offer)
            transfers.Expect(offer);
    }

    /// <summary>Says to those who care that role, term, leader or members changed.</summary>
    private void FollowChanges()
    {
        if (Raft.ConfigurationIndex > committedConfiguration && Raft.ConfigurationIndex <= Raft.Commit)
        {
            committedConfiguration = Raft.ConfigurationIndex;
            loop.Membership.Committed(committedConfiguration, Raft.Configuration);
        }

        if (Raft.Role == role && Raft.Term == term && Raft.Leader == leader && ReferenceEquals(Raft.Configuration, targets))
            return;
        // First: who is refused because of what changed shall hear where to go.
        if (Raft.Leader is not null || Raft.Term != term)
            Volatile.Write(ref leaderElsewhere, Raft.Leader is { } other && other != Raft.Id ? HintOf(other) : null);
        if (role == RoleName.Leader && (Raft.Role != RoleName.Leader || Raft.Term != term))
        {
            Marks.LeaderSteppedDown.Hit();
            proposals.SteppedDown(term);
        }
        if (Raft.Leader != leader || Raft.Term != term)
        {
            proposals.LeaderChanged();
            reads.LeaderChanged();
            leaseRequests.LeaderChanged();
            memberRequests.LeaderChanged();
            if (Raft.Leader is { } now)
            {
                loop.Measures.LeaderChanges.Add();
                context.Tell(new NodeEvent(NodeEventLevel.Information, $"{(now == Raft.Id ? "This node leads" : $"{LabelOf(now)} leads")} in term {Raft.Term}."));
            }
        }

        var leaderCameOrWent = leader is null != Raft.Leader is null;
        (role, term, leader) = (Raft.Role, Raft.Term, Raft.Leader);
        if (leaderCameOrWent)
            leaderlessSinceMillis = context.Clock.NowMillis;
        Volatile.Write(ref standing, new NodeStanding(Cluster.Value, MemberOf(Raft.Id), term.Value, StatusReport.RoleOf(role), MemberOf(leader))
        {
            LeaderlessSinceMillis = leaderlessSinceMillis,
        });
        if (ReferenceEquals(Raft.Configuration, targets) && !leaderCameOrWent)
            return;
        targets = Raft.Configuration;
        loop.MembersChanged(targets, leader is not null);
    }

    private ulong MemberOf(NodeId? node) =>
        node is { } known ? Raft.Configuration.MemberOf(known)?.Id.Value ?? 0 : 0;

    private LeaderHint? HintOf(NodeId node) =>
        Raft.Configuration.MemberOf(node) is { } member ? new LeaderHint(member.Label, member.ClientAddress) : null;

    private string LabelOf(NodeId node) => Raft.Configuration.MemberOf(node)?.Label is { } label ? $"Node {label}" : node.ToString();

    // What holds no command is small, and always taken: without it a new leader could commit nothing, and nobody read.
    private bool CanTake(AppendRequest append)
    {
        var (bytes, hasCommands) = (0L, false);
        foreach (ref readonly var entry in append.Entries.Span)
        {
            bytes += entry.SizeBytes;
            hasCommands |= entry.Kind == EntryKind.Command;
        }

        return !hasCommands || (applier.BacklogBytes <= options.ApplyBacklogBytesMax && roomWatch.CanFollowWith(bytes));
    }

    // What follows is called by whichever thread finished the work, and goes through the inbox.
    private void HardStatePersisted(HardState hardState) => Post(replica =>
    {
        replica.Raft.HardStatePersisted(hardState);
        replica.stuckDiskWatch.HardStatePersisted(hardState);
    });

    private void LogPersisted(LogPosition upTo) => Post(replica =>
    {
        replica.Raft.LogPersisted(upTo);
        replica.stuckDiskWatch.Answered();
    });

    private void LogStartMoved(LogPosition start) => Post(replica => replica.Raft.LogCut(start));

    private void RoomAgain() => context.Scheduler.Ready(applier);

    private void OutOfSpace(bool isOut) => Post(replica => replica.roomWatch.TablesOutOfSpace(isOut));

    private void Applied(LogIndex upTo) => Post(replica =>
    {
        replica.Raft.Applied(upTo);
        replica.reads.Applied(upTo);
    });

    private void LeasesChanged(IReadOnlyList<LeaseChange> changes) => Post(replica => replica.leases.Applied(changes));

    private void Flushed(LogPosition durable) => Post(replica =>
    {
        replica.Log.Cut(durable);
        replica.transfers.Flushed(durable);
    });

    private void StateInstalled(StateToInstall state) => Post(replica => replica.transfers.Installed(state));

    /// <summary>The state was swapped under everything: the log follows, then the core.</summary>
    public void FinishInstall(StateToInstall state)
    {
        if (LogRecovery.Holds(Log, state.Position))
            Log.Cut(state.Position);
        else
        {
            Marks.InstalledStateResetsLog.Hit();
            Log.Reset(state.Position);
        }
        Raft.SnapshotInstalled(state.Position, state.Configuration);
        reads.Applied(state.Position.Index);
    }

    public void Install(StateToInstall state) => applier.Submit(state);

    private void Post(Action<Replica> action) => loop.Post(new ActionInput(_ => action(this)));
}
