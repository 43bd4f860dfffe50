using System.Collections.Immutable;
using Lutra.Keyspace.Auth;
using Lutra.Keyspace.Commands;
using Lutra.Node;
using Lutra.Node.Hosting;
using Lutra.Node.Loop;
using Lutra.Node.Members;
using Lutra.Tls;

namespace Lutra;

/// <summary>
/// A replica inside this process: the door for embedding. It is an <see cref="ILutraClient"/> like any other, whose answers come from its own
/// copy of the data; writes go through whichever node leads. Safe from many threads at once.
/// </summary>
public sealed class LutraNode : ILutraClient
{
    private readonly Lock gate = new();
    private readonly Action<NodeEvent>? tell;
    private readonly CallerNode outside;
    private volatile NodeHost host;
    private bool stopping;

    private LutraNode(NodeHost host, Action<NodeEvent>? tell)
    {
        this.host = host;
        this.tell = tell;
        outside = new CallerNode(this, Caller.Nobody, null);
        Stopped = FollowAsync();
    }

    /// <summary>Ends when the node has stopped: by itself with the reason, where its disk failed or it may not belong to the cluster.</summary>
    public Task Stopped { get; }

    public LutraNodeOptions Options => host.Options;

    /// <summary>Who this node is in its cluster; null while there is none.</summary>
    public NodeStanding? Standing => host.Standing;

    /// <summary>Who else leads, as this node last heard: whom its refusals name. Null where it leads itself, or has heard of no leader in its term. Asks nobody.</summary>
    public LeaderHint? LeaderElsewhere => host.LeaderElsewhere;

    /// <summary>For how long no leader has been known; zero where one is, or there is no cluster.</summary>
    public TimeSpan TimeWithoutLeader => host.TimeWithoutLeader;

    /// <summary>Users, roles, and whether they are asked for, as readers of this node see them now.</summary>
    public AuthState Auth => host.Users.State;

    /// <summary>The alarms that were raised by hand, as readers of this node see them now: by kind, then by member.</summary>
    public ImmutableArray<Alarm> Alarms => host.Alarms.State.All;

    /// <summary>Users and roles, with all rights: this process holds the replica.</summary>
    public ILutraUsers Users => new CallerNode(this, Caller.Inside, null).Users;

    /// <summary>The store's revision as readers of this node see it now; none while there is no cluster.</summary>
    public Revision Revision => host.Revision;

    /// <summary>The oldest revision that can be read here; none where nothing was compacted yet.</summary>
    public Revision CompactRevision => host.CompactRevision;

    /// <summary>
    /// Opens the data folder and starts the node. Returns before there is a cluster or a leader: <see cref="WaitUntilReadyAsync"/> waits for
    /// that. Throws <see cref="ArgumentException"/> for options that cannot be, and an <see cref="IOException"/> that names file and reason where the folder
    /// cannot be used.
    /// </summary>
    /// <param name="tell">Takes the node's log, a line at a time, from any thread; null: nobody listens.</param>
    public static Task<LutraNode> StartAsync(
        LutraNodeOptions options, Action<NodeEvent>? tell = null, CancellationToken cancellationToken = default)
    {
        if (options.Errors() is { Count: > 0 } errors)
            throw new ArgumentException(string.Join(Environment.NewLine, errors), nameof(options));
        return Task.Run(() => new LutraNode(NodeHost.Start(options, tell), tell), cancellationToken);
    }

    /// <summary>Returns once this node belongs to a cluster with a leader and has caught up with it.</summary>
    public async Task WaitUntilReadyAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                await host.Reads.UpToDate().AsTask().WaitAsync(cancellationToken);
                return;
            }
            catch (LutraException waiting) when (waiting.Error == LutraError.Unavailable)
            {
                await NodeHost.Changed(cancellationToken);
            }
        }
    }

    public async ValueTask<PutResult> PutAsync(PutOperation put, WriteOptions options = default, CancellationToken cancellationToken = default) =>
        (PutResult)await WriteAsync(put, options, cancellationToken);

    public async ValueTask<DeleteResult> DeleteAsync(
        DeleteOperation delete, WriteOptions options = default, CancellationToken cancellationToken = default) =>
        (DeleteResult)await WriteAsync(delete, options, cancellationToken);

    public async ValueTask<TransactionResult> TransactAsync(
        TransactionOperation transaction, WriteOptions options = default, CancellationToken cancellationToken = default) =>
        (TransactionResult)await WriteAsync(transaction, options, cancellationToken);

    public async ValueTask<CompactResult> CompactAsync(Revision revision, CancellationToken cancellationToken = default) =>
        (CompactResult)await WriteAsync(new CompactCommand(revision), default, Caller.Inside, cancellationToken);

    public ValueTask<RangeResult> RangeAsync(RangeOperation range, ReadOptions options = default, CancellationToken cancellationToken = default) =>
        RangeAsync(range, options, Caller.Inside, cancellationToken);

    public ValueTask<GrantLeaseResult> GrantLeaseAsync(long ttlSeconds, long lease = 0, CancellationToken cancellationToken = default) =>
        host.Leases.GrantAsync(ttlSeconds, lease, Caller.Inside, cancellationToken);

    public ValueTask<LeaseStatus> KeepAliveAsync(long lease, CancellationToken cancellationToken = default) =>
        host.Leases.KeepAliveAsync(lease, cancellationToken);

    public ValueTask<RevokeLeaseResult> RevokeLeaseAsync(long lease, CancellationToken cancellationToken = default) =>
        host.Leases.RevokeAsync(lease, Caller.Inside, cancellationToken);

    public ValueTask<LeaseStatus> LeaseAsync(long lease, bool withKeys = false, CancellationToken cancellationToken = default) =>
        host.Leases.StatusAsync(lease, withKeys, cancellationToken);

    public ValueTask<ImmutableArray<long>> LeasesAsync(CancellationToken cancellationToken = default) => host.Leases.ListAsync(cancellationToken);

    public IAsyncEnumerable<WatchBatch> WatchAsync(WatchOperation watch, CancellationToken cancellationToken = default) =>
        host.Watches.WatchAsync(watch, cancellationToken);

    /// <summary>
    /// Follows a range as <see cref="WatchAsync"/> does, but from the state that this node has now, and to be asked. Throws <see cref="LutraException"/> where it
    /// cannot begin.
    /// </summary>
    /// <param name="signal">Something may be there to take. Called from any thread, under a lock: it only wakes.</param>
    public NodeWatch OpenWatch(WatchOperation watch, Action signal) => host.Watches.Open(watch, signal);

    /// <summary>
    /// etcd's hash of all versions up to <paramref name="revision"/> (none: the newest), as this node has them: equal on nodes that agree on revision and compaction
    /// floor. Reads them all, on the caller's thread. Throws <see cref="LutraException"/>: compacted, future revision.
    /// </summary>
    public RevisionHashResult HashOfRevisions(Revision revision)
    {
        using var view = host.Pin();
        var hash = host.Damage.Read((view, revision), static asked => asked.view.HashOfRevisions(asked.revision));
        return new RevisionHashResult(view.Revision, hash, revision.Value == 0 ? view.Revision : revision, view.CompactRevision);
    }

    public IAsyncEnumerable<ReadOnlyMemory<byte>> SnapshotAsync(ReadOptions options = default, CancellationToken cancellationToken = default) =>
        host.Snapshots.StreamAsync(options, cancellationToken);

    /// <summary>
    /// The whole store as of one revision, history and all, as a snapshot file of etcd's. Everything is read twice, the first time before the first piece comes. Writes
    /// go on meanwhile. Throws <see cref="LutraException"/>: overloaded, unavailable.
    /// </summary>
    public IAsyncEnumerable<EtcdSnapshotPiece> EtcdSnapshotAsync(ReadOptions options = default, CancellationToken cancellationToken = default) =>
        host.Snapshots.StreamEtcdAsync(options, cancellationToken);

    public ValueTask<NodeStatus> StatusAsync(CancellationToken cancellationToken = default) => new(host.Ask(StatusReport.Status, cancellationToken));

    public ValueTask<MemberList> MembersAsync(CancellationToken cancellationToken = default) => new(host.Ask(StatusReport.Members, cancellationToken));

    public ValueTask<MemberChangeResult> ChangeMembersAsync(MemberChange change, CancellationToken cancellationToken = default) =>
        host.Members.ChangeAsync(change, cancellationToken);

    /// <summary>
    /// Has the others look for a member elsewhere: one that is down, or was added at an address where it will never be. One that is up says itself where it is, and is refused
    /// (change refused).
    /// </summary>
    public ValueTask<MemberChangeResult> MoveMemberAsync(string member, string peerAddress, CancellationToken cancellationToken = default) =>
        host.Members.ChangeAsync(new MoveMember(member, peerAddress), cancellationToken);

    /// <summary>
    /// Raises an alarm for the whole cluster, or takes it back: whether it is raised now, or was taken back by this. What it refuses is refused from the entry of the
    /// log that says so on. Throws <see cref="LutraException"/>: invalid argument, denied, unavailable, outcome unknown.
    /// </summary>
    public ValueTask<bool> ChangeAlarmAsync(Alarm alarm, bool raises, CancellationToken cancellationToken = default) =>
        host.Alarms.ChangeAsync(alarm, raises, Caller.Inside, cancellationToken);

    public ValueTask<string> MoveLeaderAsync(string? to = null, CancellationToken cancellationToken = default) =>
        host.Members.MoveLeaderAsync(to, cancellationToken);

    /// <summary>
    /// The node's numbers, for monitoring. Answers within <paramref name="patience"/> even where the node's loop hangs, and then without what only the loop
    /// knows. Throws <see cref="LutraException"/> (stopped) once the node has stopped.
    /// </summary>
    public ValueTask<NodeReport> ReportAsync(TimeSpan patience, CancellationToken cancellationToken = default) =>
        new(host.ReportAsync(patience, cancellationToken));

    /// <summary>
    /// Takes a connection that a peer opened to this node's shared address and that the web server upgraded. Ends when the connection does.
    /// </summary>
    /// <param name="connection">Frames follow on it.</param>
    /// <param name="remote">Who is at the other end, for messages.</param>
    /// <param name="proof">What that proved; <see cref="PeerProof.Anybody"/> where peers speak in the clear.</param>
    public Task AcceptPeerAsync(Stream connection, string remote, PeerProof proof) => host.AcceptPeerAsync(connection, remote, proof);

    /// <summary>Closes all peer connections: a web server that stops waits for those that it upgraded.</summary>
    public void HangUpPeers() => host.HangUpPeers();

    /// <summary>
    /// Hands leadership over, lets what is at work end, and closes the folder: within 5 seconds.
    /// </summary>
    public Task StopAsync()
    {
        lock (gate)
        {
            stopping = true;
            return host.StopAsync();
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    /// <summary>A node that gave its own cluster up for another goes on, in the same folder, as a member of that one.</summary>
    private async Task FollowAsync()
    {
        while (true)
        {
            try
            {
                await host.Stopped.ConfigureAwait(false);
                return;
            }
            catch (YieldedException)
            {
                lock (gate)
                {
                    if (stopping)
                        return;
                    host = NodeHost.Start(Options, tell);
                }
            }
        }
    }

    /// <summary>The node as somebody outside may use it.</summary>
    /// <param name="again">
    /// Proves anew who it is, where users were changed while it was being served; throws where that fails. Null: it must come again by itself.
    /// </param>
    public CallerNode As(in Caller caller, Func<Caller>? again = null) => caller.Kind == CallerKind.Nobody ? outside : new CallerNode(this, caller, again);

    /// <summary>Returns once this node has applied what was committed when this was called.</summary>
    public ValueTask UpToDateAsync(CancellationToken cancellationToken = default) => Wait(host.Reads.UpToDate(), cancellationToken);

    /// <summary>Whether this node has, since it was started, once come to what its cluster agreed upon.</summary>
    public bool HasCaughtUp => host.CatchUp.IsDone;

    /// <summary>
    /// Returns once <see cref="HasCaughtUp"/>, for callers from outside: before, the node would show them an earlier state, and admit them by the rights of then. Returns as
    /// well where no leader was known for five election timeouts after the start and the node's own log says nothing of users that its tables do not. Throws
    /// <see cref="LutraException"/>: unavailable.
    /// </summary>
    /// <param name="showsData">False: for what only tells of the node, which waits for nothing but users.</param>
    public ValueTask CatchUpAsync(bool showsData, CancellationToken cancellationToken = default) =>
        showsData ? host.CatchUp.WaitAsync(cancellationToken) : host.CatchUp.WaitForUsersAsync(cancellationToken);

    /// <summary>
    /// The auth revision as of which the password is right. Slow on purpose. Throws <see cref="LutraException"/>: login failed, overloaded.
    /// </summary>
    public ValueTask<ulong> CheckPasswordAsync(string name, string password, CancellationToken cancellationToken = default) =>
        host.Users.CheckPasswordAsync(name, password, cancellationToken);

    /// <summary>Whose token it is, once this node has come to where it was granted; null where it is unknown or over. Its time begins anew.</summary>
    public ValueTask<string?> UserOfTokenAsync(string token, CancellationToken cancellationToken = default) => host.Users.UserOfAsync(token, cancellationToken);

    /// <summary>The same, as far as this node has come.</summary>
    public string? UserOfToken(string token) => host.Users.UserOf(token);

    internal UserDoor UserDoor => host.Users;

    internal AlarmDoor AlarmDoor => host.Alarms;

    internal ValueTask<OperationResult> WriteAsync(Command command, WriteOptions options, in Caller caller, CancellationToken cancellationToken) =>
        Wait(host.Writes.Write(command, options, caller), cancellationToken);

    internal async ValueTask<RangeResult> RangeAsync(RangeOperation range, ReadOptions options, Caller caller, CancellationToken cancellationToken)
    {
        if (OperationRules.Check(range) is { } refused)
            throw new LutraException(refused.Error, refused.Message);
        if (options.Consistency == Consistency.Linearizable)
            await Wait(host.Reads.UpToDate(), cancellationToken);
        CallerNode.ThrowIf(Auth.CheckRead(caller, range.Range));
        using var view = host.Pin();
        var found = host.Damage.Read((view, range), static asked => asked.view.Range(asked.range));

        // What was taken away meanwhile may have been read already.
        CallerNode.ThrowIf(Auth.CheckUser(caller));
        return found;
    }

    internal ValueTask<GrantLeaseResult> GrantLeaseAsync(long ttlSeconds, long lease, in Caller caller, CancellationToken cancellationToken) =>
        host.Leases.GrantAsync(ttlSeconds, lease, caller, cancellationToken);

    internal ValueTask<RevokeLeaseResult> RevokeLeaseAsync(long lease, in Caller caller, CancellationToken cancellationToken) =>
        host.Leases.RevokeAsync(lease, caller, cancellationToken);

    /// <summary>The keys attached to a lease, as this node has them.</summary>
    internal IReadOnlyList<byte[]> KeysOfLease(long lease)
    {
        using var view = host.Pin();
        return host.Damage.Read((view, lease), static asked => asked.view.KeysOfLease(asked.lease));
    }

    private ValueTask<OperationResult> WriteAsync(Operation operation, WriteOptions options, CancellationToken cancellationToken) =>
        WriteAsync(new WriteCommand(operation), options, Caller.Inside, cancellationToken);

    // Who stops waiting leaves the request to itself: it may still be done.
    private static ValueTask<T> Wait<T>(ValueTask<T> task, CancellationToken cancellationToken) =>
        cancellationToken.CanBeCanceled && !task.IsCompleted ? new(task.AsTask().WaitAsync(cancellationToken)) : task;

    private static ValueTask Wait(ValueTask task, CancellationToken cancellationToken) =>
        cancellationToken.CanBeCanceled && !task.IsCompleted ? new(task.AsTask().WaitAsync(cancellationToken)) : task;
}
