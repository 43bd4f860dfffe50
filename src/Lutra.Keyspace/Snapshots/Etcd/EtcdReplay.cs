using Lutra.Keyspace.Alarms;
using Lutra.Keyspace.Auth;
using Lutra.Raft;
using Lutra.Storage.Files;
using Lutra.Storage.Tables;

namespace Lutra.Keyspace.Snapshots.Etcd;

/// <summary>
/// Makes the state that a snapshot of etcd's holds in tables that hold nothing yet: record by record, in the order of its revisions, which the tables sort by key. What a
/// jump of the revision leaves behind counts as compacted, as in <see cref="StateImport"/>; without a jump history stays.
/// </summary>
public sealed class EtcdReplay : IDisposable
{
    private const int RecordsAtOnce = 1000;

    private static readonly Term Begun = Term.Zero.Next;

    private readonly EtcdSnapshotContents contents;
    private readonly EtcdSnapshotReader reader;
    private readonly TableStore tables;
    private readonly long revisionJump;
    private readonly LeaseTable leases;
    private readonly ByteWriter tableKey = new();
    private readonly ByteWriter value = new();
    private ulong index = 1;

    /// <param name="file">The file of which <paramref name="contents"/> tells; belongs to the caller.</param>
    /// <param name="tables">Opened with <see cref="KeyspaceMergeRule"/>, and empty.</param>
    /// <param name="revisionJump">From 0.</param>
    public EtcdReplay(EtcdSnapshotContents contents, IFile file, TableStore tables, long revisionJump)
    {
        ArgumentNullException.ThrowIfNull(contents);
        ArgumentNullException.ThrowIfNull(tables);
        ArgumentOutOfRangeException.ThrowIfNegative(revisionJump);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(revisionJump, StateImport.RevisionJumpMax);
        if (contents.Revision.Value > StateImport.RevisionMax)
            throw new LutraException(LutraError.InvalidArgument, $"The store is at revision {contents.Revision}, beyond which no revision can jump.");
        (this.contents, this.tables, this.revisionJump) = (contents, tables, revisionJump);
        reader = new EtcdSnapshotReader(file);
        leases = new LeaseTable(tables);
    }

    /// <summary>The keys that are there.</summary>
    public long Keys { get; private set; }

    public long Leases { get; private set; }

    /// <summary>At which the new cluster begins.</summary>
    public Revision Revision => new(contents.Revision.Value + revisionJump);

    /// <summary>The position of the log that the tables will contain.</summary>
    public LogPosition Position => new(new LogIndex(index), Begun);

    /// <summary>How far it is, from 0 to 1.</summary>
    public double Progress => reader.Progress;

    // Reads at or above it are answered.
    private long Floor => revisionJump > 0 ? Revision.Value : contents.CompactRevision.Value > 0 ? contents.CompactRevision.Value : -1;

    /// <summary>Puts the next thousand records, and publishes them; false when all is there.</summary>
    /// <exception cref="LutraException">The file was changed since it was checked.</exception>
    /// <exception cref="DamagedFileException">The same, and now it is damaged.</exception>
    public bool Step()
    {
        var more = true;
        for (var records = 0; more && records < RecordsAtOnce; records++)
        {
            more = reader.Next();
            if (more && reader.IsLease)
                Grant(reader.Lease);
            else if (more)
                Put(reader.Key.Span, reader.Version);
        }
        if (!more)
            End();
        tables.Publish(Position);
        leases.Changes.Clear();
        return more;
    }

    public void Dispose() => reader.Dispose();

    private void Grant(in GrantedLease lease)
    {
        if (Leases == KeyspaceLimits.LeasesMax)
            throw new LutraException(LutraError.TooLarge, $"There are more leases than {KeyspaceLimits.LeasesMax}, and no more may be.");
        Leases++;
        leases.Import(lease, index);
    }

    private void Put(ReadOnlySpan<byte> key, in KeyVersion version)
    {
        tableKey.Clear();
        tableKey.Byte(TableKeys.User);
        tableKey.Raw(key);
        KeyVersion? before = tables.TryGet(tableKey.Written, (ulong)version.ModRevision, out var found, out var bytes) ? KeyVersion.Read(found, bytes) : null;

        // etcd may change a key twice in one revision, by a nested transaction: what came of it counts, in the place of the first change.
        var sub = before is { } same && same.ModRevision == version.ModRevision ? same.Sub : version.Sub;
        value.Clear();
        if (version.IsTombstone)
            KeyVersion.WriteTombstone(value, sub);
        else
            KeyVersion.WritePut(value, sub, version.CreateRevision, version.Version, version.Lease, version.Value.Span);

        var (leaseBefore, wasThere) = before is { IsTombstone: false } alive ? (alive.Lease, true) : (0, false);
        Attach(key, leaseBefore, version.IsTombstone ? 0 : version.Lease);
        Keys += (version.IsTombstone ? 0 : 1) - (wasThere ? 1 : 0);
        tables.Put(tableKey.Written, (ulong)version.ModRevision, value.Written);
        if (version.ModRevision < Floor)
            return;
        Span<byte> revision = stackalloc byte[TableKeys.RevisionBytes];
        TableKeys.WriteRevision(revision, version.ModRevision, sub);
        tables.Put(revision, (ulong)version.ModRevision, key);
    }

    // A lease that is not there holds no key, as in etcd; the key goes on naming it.
    private void Attach(ReadOnlySpan<byte> key, long before, long now)
    {
        if (before == now)
            return;

        // Each change of the small state is of an entry of its own.
        index++;
        if (before != 0 && leases.Find(before) is not null)
            leases.Detach(before, key, index);
        if (now != 0 && leases.Find(now) is not null)
            leases.Attach(now, key, index);
    }

    private void End()
    {
        if (!reader.Digest.AsSpan().SequenceEqual(contents.Digest.AsSpan()))
            throw new LutraException(LutraError.InvalidArgument, "The snapshot was changed while it was read. Restore again.");
        index++;
        value.Clear();
        var level = reader.Alarms.All.Length > 0 ? KeyspaceLimits.AlarmFeatureLevel
            : ReferenceEquals(reader.Auth, AuthState.Initial) ? 0
            : KeyspaceLimits.AuthFeatureLevel;
        (StateRecord.Initial with { Revision = Revision.Value, Floor = Floor, FeatureLevel = level, Leases = Leases, Keys = Keys }).Write(value);
        tables.Put(TableKeys.State, index, value.Written);
        foreach (var (key, record) in AuthTable.EntriesOf(reader.Auth))
            tables.Put(key, index, record);
        if (reader.Alarms.All.Length > 0)
            AlarmTable.Put(tables, value, reader.Alarms, index);
    }
}
