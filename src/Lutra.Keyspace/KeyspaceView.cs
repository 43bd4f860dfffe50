using Lutra.Keyspace.Alarms;
using Lutra.Keyspace.Auth;
using Lutra.Raft;
using Lutra.Storage.Tables;

namespace Lutra.Keyspace;

/// <summary>One state of the keyspace, for one thread at a time. Reads may be long: they stop nobody.</summary>
public sealed class KeyspaceView : IDisposable
{
    private readonly TableView tables;
    private readonly KeyCounter counter;
    private readonly Func<TableView> pinNewest;
    private readonly KeyspaceMeasures measures;

    /// <param name="tables">The view lets go of it, also where this throws because its state cannot be read.</param>
    internal KeyspaceView(TableView tables, KeyCounter counter, Func<TableView> pinNewest, KeyspaceMeasures measures)
    {
        this.measures = measures;
        this.tables = tables;
        this.counter = counter;
        this.pinNewest = pinNewest;
        try
        {
            State = StateOf(tables);
        }
        catch
        {
            tables.Dispose();
            throw;
        }
    }

    public LogPosition Applied => tables.Applied;

    public Revision Revision => new(State.Revision);

    /// <summary>The oldest revision that can be read; none where nothing was compacted yet.</summary>
    public Revision CompactRevision => FloorAsRevision(State);

    /// <summary>Users, roles, and whether they are asked for. Read from the tables with each call.</summary>
    public AuthState Auth => AuthTable.Load(tables);

    /// <summary>The alarms that were raised by hand. Read from the tables with each call.</summary>
    public AlarmState Alarms => AlarmTable.Load(tables);

    internal StateRecord State { get; }

    /// <summary>
    /// Reads; throws <see cref="LutraException"/>: compacted, future revision, an answer of more than <paramref name="answerBytesMax"/>
    /// bytes, or a range that <see cref="Commands.OperationRules"/> refuses.
    /// </summary>
    /// <param name="answerBytesMax">The most memory the answer may take: keys, values, and
    /// <see cref="KeyspaceLimits.KeyValueOverheadBytes"/> for each key.</param>
    public RangeResult Range(RangeOperation range, long answerBytesMax = KeyspaceLimits.AnswerBytesMax)
    {
        ArgumentNullException.ThrowIfNull(range);
        ThrowIf(Commands.OperationRules.Check(range));
        ThrowIf(WriteCheck.CheckRevision(range.Revision.Value, State.Revision, State.Floor));
        measures.Ranges.Add();
        var at = range.Revision.Value == 0 ? State.Revision : range.Revision.Value;
        if (!range.Range.IsSingleKey)
        {
            var counts = at == State.Revision ? counter.At(tables.Applied) : null;
            var result = RangeReader.Read(tables, range, at, State.Revision, answerBytesMax, counts, out var walkedToCount);
            if (walkedToCount >= counter.FarKeys)
                counter.Build(pinNewest, view => StateOf(view).Revision);
            return result;
        }

        var tableKey = (byte[])[TableKeys.User, .. range.Range.From.Span];
        KeyVersion? found = tables.TryGet(tableKey, (ulong)at, out var version, out var bytes) ? KeyVersion.Read(version, bytes) : null;
        return RangeReader.ReadSingle(found is { IsTombstone: true } ? null : found, range, State.Revision);
    }

    /// <summary>
    /// Open sessions that were not used for longer than their ttl at <paramref name="timeMillis"/> of the log's time, in the order of their
    /// numbers, at most <paramref name="countMax"/>: for the leader, which ends them by <see cref="Commands.CloseSessionCommand"/>, naming
    /// the last use that it saw.
    /// </summary>
    public IReadOnlyList<ExpiredSession> ExpiredSessions(long timeMillis, int countMax)
    {
        List<ExpiredSession> expired = [];
        using var cursor = tables.OpenCursor();
        Span<byte> key = stackalloc byte[TableKeys.SessionBytes];
        TableKeys.WriteSession(key, 0);
        for (var found = cursor.Seek(key, ulong.MaxValue); found && cursor.Key[0] == TableKeys.Sessions && expired.Count < countMax;)
        {
            var session = TableKeys.ReadSession(cursor.Key);
            var isRecord = cursor.Key.Length == TableKeys.SessionBytes;
            if (isRecord && SessionRecord.Read(cursor.Value) is var record && record.IsExpired(timeMillis))
                expired.Add(new ExpiredSession(session, record.LastUsedMillis));
            if (session == ulong.MaxValue)
                break;
            TableKeys.WriteSession(key, session + 1);
            found = cursor.Seek(key, ulong.MaxValue);
        }

        return expired;
    }

    /// <summary>
    /// The changes from <paramref name="from"/> on, up to this state; throws <see cref="LutraException"/> where some of them were compacted away. Disposed
    /// before this view.
    /// </summary>
    public ChangeReader ChangesFrom(Revision from)
    {
        if (from.Value < State.Floor)
        {
            throw new LutraException(
                LutraError.Compacted, $"Revision {from} was compacted away; the oldest that can be watched from is {State.Floor}.");
        }

        return new ChangeReader(tables, from.Value, State.Revision, State.Floor);
    }

    /// <summary>The leases above <paramref name="after"/>, in the order of their numbers, at most <paramref name="countMax"/>.</summary>
    public IReadOnlyList<GrantedLease> Leases(long after, int countMax) => LeaseReader.Leases(tables, after, countMax);

    /// <summary>Null: there is no such lease.</summary>
    public GrantedLease? Lease(long lease) =>
        LeaseReader.Find(tables, lease) is { } record ? new GrantedLease(lease, record.TtlSeconds, record.RemainingSeconds) : null;

    /// <summary>The keys attached to a lease, in their order.</summary>
    public IReadOnlyList<byte[]> KeysOfLease(long lease) => LeaseReader.KeysOf(tables, lease);

    /// <summary>
    /// The configuration that the log had at <paramref name="index"/>, which is not before what the tables on disk held when this view was
    /// pinned, nor after <see cref="Applied"/>. For a transfer: pin this view first, then the tables, and ask for the position of the
    /// tables.
    /// </summary>
    public Configuration ConfigurationAt(LogIndex index) =>
        tables.TryGet(TableKeys.Configuration, index.Value, out _, out var bytes) ? Configuration.Decode(bytes.Span) : Configuration.Empty;

    /// <summary>
    /// A hash of everything the state holds: equal on all nodes that have applied the same entries, whatever of it is still in memory,
    /// flushed or merged. Reads everything, in bounded memory.
    /// </summary>
    public UInt128 HashOfState() => StateHash.Of(tables);

    /// <summary>
    /// etcd's hash of all versions up to <paramref name="revision"/> (none: the newest). Reads them all. Throws <see cref="LutraException"/>: compacted, future
    /// revision.
    /// </summary>
    public uint HashOfRevisions(Revision revision)
    {
        // A negative revision, as to etcd, has no version at all up to it.
        if (revision.Value < 0)
            return RevisionHash.OfNothing;
        ThrowIf(WriteCheck.CheckRevision(revision.Value, State.Revision, State.Floor));
        return RevisionHash.Of(tables, revision.Value == 0 ? State.Revision : revision.Value, State.Floor);
    }

    /// <summary>A cursor over everything, for who reads all of it once.</summary>
    internal TableCursor OpenScan(out long aboutBytes)
    {
        aboutBytes = tables.AboutBytes;
        return tables.OpenScan();
    }

    /// <summary>All versions that compaction has left, in the order in which they were made. Disposed before this view.</summary>
    internal RevisionOrder OpenRevisionOrder() => RevisionOrder.OfAll(tables, State);

    public void Dispose() => tables.Dispose();

    private static StateRecord StateOf(TableView tables) =>
        tables.TryGet(TableKeys.State, ulong.MaxValue, out _, out var bytes) ? StateRecord.Read(bytes) : StateRecord.Initial;

    internal static Revision FloorAsRevision(in StateRecord state) => new(Math.Max(0, state.Floor));

    private static void ThrowIf(Refusal? refusal)
    {
        if (refusal is not null)
            throw new LutraException(refusal.Error, refusal.Message);
    }
}

/// <param name="LastUsedMillis">The log's time of its last use.</param>
public readonly record struct ExpiredSession(ulong Session, long LastUsedMillis);
