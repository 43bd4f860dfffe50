using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Lutra.Keyspace;
using Lutra.Keyspace.Auth;
using Lutra.Keyspace.Commands;
using Lutra.Node.Hosting;

namespace Lutra;

/// <summary>
/// A node as one caller from outside may use it: every call is allowed or refused (<see cref="LutraException"/>: user required, denied, auth revision old) by the
/// caller's rights. Writes are decided where they are applied, the same on every node; reads on this node's state. Where users are not asked for, everything is
/// allowed. Safe from many threads at once; made by <see cref="LutraNode.As"/>, and not to be disposed of.
/// </summary>
public sealed class CallerNode : ILutraClient
{
    private const int TriesMax = 4;

    private readonly LutraNode node;
    private readonly Func<Caller>? again;

    internal CallerNode(LutraNode node, Caller caller, Func<Caller>? again)
    {
        this.node = node;
        this.again = again;
        Caller = caller;
    }

    public Caller Caller { get; }

    public LutraNodeOptions Options => node.Options;

    public NodeStanding? Standing => node.Standing;

    public Revision Revision => node.Revision;

    public Revision CompactRevision => node.CompactRevision;

    /// <inheritdoc cref="LutraNode.Alarms"/>
    public ImmutableArray<Alarm> Alarms => node.Alarms;

    public ILutraUsers Users => new CallerUsers(node, this);

    public async ValueTask<PutResult> PutAsync(PutOperation put, WriteOptions options = default, CancellationToken cancellationToken = default) =>
        (PutResult)await WriteAsync(new WriteCommand(put), options, cancellationToken);

    public async ValueTask<DeleteResult> DeleteAsync(
        DeleteOperation delete, WriteOptions options = default, CancellationToken cancellationToken = default) =>
        (DeleteResult)await WriteAsync(new WriteCommand(delete), options, cancellationToken);

    public async ValueTask<TransactionResult> TransactAsync(
        TransactionOperation transaction, WriteOptions options = default, CancellationToken cancellationToken = default) =>
        (TransactionResult)await WriteAsync(new WriteCommand(transaction), options, cancellationToken);

    public async ValueTask<CompactResult> CompactAsync(Revision revision, CancellationToken cancellationToken = default) =>
        (CompactResult)await WriteAsync(new CompactCommand(revision), default, cancellationToken);

    public ValueTask<RangeResult> RangeAsync(RangeOperation range, ReadOptions options = default, CancellationToken cancellationToken = default) =>
        again is null
            ? node.RangeAsync(range, options, Caller, cancellationToken)
            : RepeatAsync(caller => node.RangeAsync(range, options, caller, cancellationToken));

    public ValueTask<GrantLeaseResult> GrantLeaseAsync(long ttlSeconds, long lease = 0, CancellationToken cancellationToken = default) =>
        RepeatAsync(caller => node.GrantLeaseAsync(ttlSeconds, lease, caller, cancellationToken));

    public ValueTask<RevokeLeaseResult> RevokeLeaseAsync(long lease, CancellationToken cancellationToken = default) =>
        RepeatAsync(caller => node.RevokeLeaseAsync(lease, caller, cancellationToken));

    /// <summary>Needs the right to write all keys of the lease: they live on by it.</summary>
    public ValueTask<LeaseStatus> KeepAliveAsync(long lease, CancellationToken cancellationToken = default)
    {
        CheckKeys(lease, node.Auth.CheckWrite);
        return node.KeepAliveAsync(lease, cancellationToken);
    }

    /// <summary>With keys it needs the right to read them.</summary>
    public async ValueTask<LeaseStatus> LeaseAsync(long lease, bool withKeys = false, CancellationToken cancellationToken = default)
    {
        CheckUser();
        var status = await node.LeaseAsync(lease, withKeys, cancellationToken);
        foreach (var key in status.Keys)
            ThrowIf(node.Auth.CheckRead(Caller, KeyRange.Single(key)));
        return status;
    }

    /// <summary>Needs the right to read the keys of all leases.</summary>
    public async ValueTask<ImmutableArray<long>> LeasesAsync(CancellationToken cancellationToken = default)
    {
        CheckUser();
        var leases = await node.LeasesAsync(cancellationToken);
        foreach (var lease in leases)
            CheckKeys(lease, node.Auth.CheckRead);
        return leases;
    }

    /// <summary>The right to read is asked for where the watch begins.</summary>
    public async IAsyncEnumerable<WatchBatch> WatchAsync(WatchOperation watch, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ThrowIf(node.Auth.CheckRead(Caller, watch.Range));
        await foreach (var batch in node.WatchAsync(watch, cancellationToken))
            yield return batch;
    }

    /// <summary>Throws where the caller may not watch the range.</summary>
    public void CheckWatch(KeyRange range) => ThrowIf(node.Auth.CheckRead(Caller, range));

    /// <inheritdoc cref="LutraNode.OpenWatch"/>
    public NodeWatch OpenWatch(WatchOperation watch, Action signal)
    {
        ThrowIf(node.Auth.CheckRead(Caller, watch.Range));
        return node.OpenWatch(watch, signal);
    }

    /// <inheritdoc cref="LutraNode.HashOfRevisions"/>
    public RevisionHashResult HashOfRevisions(Revision revision)
    {
        CheckRoot();
        return node.HashOfRevisions(revision);
    }

    public IAsyncEnumerable<ReadOnlyMemory<byte>> SnapshotAsync(ReadOptions options = default, CancellationToken cancellationToken = default)
    {
        CheckRoot();
        return node.SnapshotAsync(options, cancellationToken);
    }

    /// <inheritdoc cref="LutraNode.EtcdSnapshotAsync"/>
    public IAsyncEnumerable<EtcdSnapshotPiece> EtcdSnapshotAsync(ReadOptions options = default, CancellationToken cancellationToken = default)
    {
        CheckRoot();
        return node.EtcdSnapshotAsync(options, cancellationToken);
    }

    public ValueTask<NodeStatus> StatusAsync(CancellationToken cancellationToken = default)
    {
        CheckUser();
        return node.StatusAsync(cancellationToken);
    }

    /// <inheritdoc cref="LutraNode.ReportAsync"/>
    public ValueTask<NodeReport> ReportAsync(TimeSpan patience, CancellationToken cancellationToken = default)
    {
        CheckUser();
        return node.ReportAsync(patience, cancellationToken);
    }

    public ValueTask<MemberList> MembersAsync(CancellationToken cancellationToken = default)
    {
        CheckUser();
        return node.MembersAsync(cancellationToken);
    }

    /// <inheritdoc cref="LutraNode.UpToDateAsync"/>
    public ValueTask UpToDateAsync(CancellationToken cancellationToken = default)
    {
        CheckUser();
        return node.UpToDateAsync(cancellationToken);
    }

    public ValueTask<MemberChangeResult> ChangeMembersAsync(MemberChange change, CancellationToken cancellationToken = default)
    {
        CheckRoot();
        return node.ChangeMembersAsync(change, cancellationToken);
    }

    /// <summary>As <see cref="LutraNode.MoveMemberAsync"/>.</summary>
    public ValueTask<MemberChangeResult> MoveMemberAsync(string member, string peerAddress, CancellationToken cancellationToken = default)
    {
        CheckRoot();
        return node.MoveMemberAsync(member, peerAddress, cancellationToken);
    }

    /// <summary>As <see cref="LutraNode.ChangeAlarmAsync"/>.</summary>
    public ValueTask<bool> ChangeAlarmAsync(Alarm alarm, bool raises, CancellationToken cancellationToken = default)
    {
        CheckRoot();
        return RepeatAsync(caller => node.AlarmDoor.ChangeAsync(alarm, raises, caller, cancellationToken));
    }

    public ValueTask<string> MoveLeaderAsync(string? to = null, CancellationToken cancellationToken = default)
    {
        CheckRoot();
        return node.MoveLeaderAsync(to, cancellationToken);
    }

    /// <summary>The node goes on: it is not this caller's.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Throws where the caller must be a user, and is none.</summary>
    public void CheckUser() => ThrowIf(node.Auth.CheckUser(Caller));

    /// <summary>Throws where the caller must have the role root, and has not.</summary>
    public void CheckRoot() => ThrowIf(node.Auth.CheckRoot(Caller));

    internal static void ThrowIf(Refusal? refusal)
    {
        if (refusal is not null)
            throw new LutraException(refusal.Error, refusal.Message);
    }

    private ValueTask<OperationResult> WriteAsync(Command command, WriteOptions options, CancellationToken cancellationToken) => again is null
        ? node.WriteAsync(command, options, Caller, cancellationToken)
        : RepeatAsync(caller => node.WriteAsync(command, options, caller, cancellationToken));

    // What was refused because users were changed meanwhile was certainly not done. This node may not have heard of the change yet.
    internal async ValueTask<T> RepeatAsync<T>(Func<Caller, ValueTask<T>> call)
    {
        var caller = Caller;
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await call(caller);
            }
            catch (LutraException changed) when (changed.Error == LutraError.AuthRevisionOld && again is not null && tries < TriesMax)
            {
                await node.UpToDateAsync();
                caller = again();
            }
        }
    }

    private delegate Refusal? KeyCheck(in Caller caller, KeyRange range);

    private void CheckKeys(long lease, KeyCheck check)
    {
        CheckUser();
        if (!node.Auth.IsEnabled || node.Auth.CheckRoot(Caller) is null)
            return;
        foreach (var key in node.KeysOfLease(lease))
            ThrowIf(check(Caller, KeyRange.Single(key)));
    }
}
