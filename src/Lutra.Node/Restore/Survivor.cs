using Lutra.Keyspace;
using Lutra.Keyspace.Snapshots;
using Lutra.Node.Formation;
using Lutra.Node.Identity;
using Lutra.Node.Loop;
using Lutra.Raft;
using Lutra.Storage.Files;
using Lutra.Storage.Log;
using Lutra.Storage.Tables;

namespace Lutra.Node.Restore;

/// <summary>
/// A node's folder, opened while no node runs on it: the state of its tables with its whole log applied to it, in memory. Holds the folder's lock. Changes nothing but
/// what opening it for a start changes (files that no manifest names, the torn tail of the log, the count of durable batches).
/// </summary>
internal sealed class Survivor : IDisposable
{
    // Never filled: what is applied is what one memtable and the backlog behind it can hold.
    private static readonly TableOptions InMemory = new(MemtableBytes: int.MaxValue);

    private readonly IDisposable folderLock;
    private readonly TableStore tables;
    private readonly ReplicatedLog log;
    private readonly KeyspaceStore keyspace;

    private Survivor(IDisposable folderLock, NodeIdentity identity, ClusterId cluster, TableStore tables, KeyspaceStore keyspace, ReplicatedLog log)
    {
        (this.folderLock, Identity, Cluster, this.tables, this.keyspace, this.log) = (folderLock, identity, cluster, tables, keyspace, log);
        Committed = keyspace.Applied;
        Term = log.HardState.Term;
    }

    public NodeIdentity Identity { get; }

    public ClusterId Cluster { get; }

    /// <summary>The durable term.</summary>
    public Term Term { get; }

    /// <summary>What the tables held: committed for certain.</summary>
    public LogPosition Committed { get; }

    /// <summary>The end of the log, which is applied.</summary>
    public LogPosition Last => keyspace.Applied;

    public Revision Revision => keyspace.Revision;

    public long Keys => keyspace.Counts.Keys;

    public long Leases => keyspace.Counts.Leases;

    public Configuration Configuration => keyspace.Configuration;

    /// <exception cref="FolderInUseException">A node runs on it.</exception>
    /// <exception cref="DamagedFileException">Identity, tables or log are not what was written.</exception>
    /// <exception cref="LutraException">The folder belongs to no cluster yet, or its log holds what this build does not know.</exception>
    public static Survivor Open(IFiles files)
    {
        if (!files.Exists(IdentityFile.Path))
            throw new LutraException(LutraError.InvalidArgument, $"{files.Location} is no node's folder: it has no identity.");
        var folderLock = files.Lock(IdentityFile.LockPath);
        TableStore? tables = null;
        KeyspaceStore? keyspace = null;
        ReplicatedLog? log = null;
        try
        {
            var identity = IdentityFile.Read(files);
            var begun = identity.Formation as Begun
                ?? throw new LutraException(LutraError.InvalidArgument, $"The node in {files.Location} never belonged to a cluster: it holds nothing to recover.");
            var still = new StillScheduler();
            var rule = new KeyspaceMergeRule();
            tables = TableStore.Open(files, still, InMemory, rule, new TableEvents(_ => { }, () => { }, _ => { }, _ => { }));
            keyspace = KeyspaceStore.Open(tables, rule);
            if (!keyspace.HasBegun)
                keyspace.Begin(begun.Draft.Configuration);
            log = ReplicatedLog.Open(
                files, still, new LogIdentity(begun.Draft.Cluster, identity.Node), new LogOptions(), new LogEvents(_ => { }, _ => { }, _ => { }, _ => { }));
            var opened = new Survivor(folderLock, identity, begun.Draft.Cluster, tables, keyspace, log);
            foreach (var entry in LogRecovery.Recover(log, keyspace).Tail)
                keyspace.Apply(entry, wantResult: false);
            keyspace.Publish();
            return opened;
        }
        catch (EntryNotUnderstoodException newer)
        {
            Close(log, keyspace, tables, folderLock);
            throw new LutraException(LutraError.InvalidArgument, $"{files.Location}: {newer.Message}", newer);
        }
        catch
        {
            Close(log, keyspace, tables, folderLock);
            throw;
        }
    }

    /// <summary>The state, entry by entry; dispose of it before this.</summary>
    public SurvivingState PinState(long nowMillis) => new(keyspace.Pin(), Cluster, nowMillis);

    public void Dispose() => Close(log, keyspace, tables, folderLock);

    private static void Close(ReplicatedLog? log, KeyspaceStore? keyspace, TableStore? tables, IDisposable folderLock)
    {
        log?.Dispose();
        if (keyspace is not null)
            keyspace.Dispose();
        else
            tables?.Dispose();
        folderLock.Dispose();
    }
}

/// <summary>A pinned state and a walk over it.</summary>
internal sealed class SurvivingState(KeyspaceView view, ClusterId cluster, long nowMillis) : IDisposable
{
    public SnapshotSource Entries { get; } = new(view, cluster, nowMillis);

    public void Dispose()
    {
        Entries.Dispose();
        view.Dispose();
    }
}
