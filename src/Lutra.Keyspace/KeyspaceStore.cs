using Lutra.Keyspace.Alarms;
using Lutra.Keyspace.Auth;
using Lutra.Keyspace.Commands;
using Lutra.Raft;
using Lutra.Storage.Tables;

namespace Lutra.Keyspace;

/// <summary>
/// The state machine: the versioned map and the small states beside it, kept in <see cref="TableStore"/>. Apply is deterministic: it reads
/// no clock, no random, no hash order and no option.
/// </summary>
public sealed class KeyspaceStore : IDisposable
{
    private readonly TableStore tables;
    private readonly KeyCounter counter;
    private readonly CommandApplier applier;
    private readonly Func<TableView> pinNewest;
    private readonly ByteWriter stateBytes = new();

    // The applier's: ahead of what is published while a batch is under way.
    private LogPosition applied;
    private StateRecord state;
    private StateRecord stateInTables;
    private Configuration configuration = Configuration.Empty;

    // Replaced whole by each publish, so that any thread reads a state that was.
    private PublishedState published;

    private KeyspaceStore(TableStore tables, int stretchKeys, int recentKeys)
    {
        this.tables = tables;
        pinNewest = tables.Pin;
        counter = new KeyCounter(stretchKeys);
        applier = new CommandApplier(tables, counter, new RecentKeys(recentKeys), Measures);
        published = Load();
    }

    /// <summary>Takes over a table store that was opened with <see cref="KeyspaceMergeRule"/>, and disposes it at its end.</summary>
    /// <param name="stretchKeys">About how many keys are counted together, from 1: a count walks a few times as many.</param>
    /// <param name="recentKeys">How many keys the applier remembers without asking the tables, from 1.</param>
    public static KeyspaceStore Open(
        TableStore tables, KeyspaceMergeRule rule, int stretchKeys = KeyCounter.StretchKeysDefault, int recentKeys = RecentKeys.CountDefault)
    {
        ArgumentNullException.ThrowIfNull(tables);
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentOutOfRangeException.ThrowIfLessThan(stretchKeys, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(recentKeys, 1);
        return new KeyspaceStore(tables, stretchKeys, recentKeys);
    }

    /// <summary>
    /// The configuration at <see cref="Applied"/>, as the log had it. This and what follows shows what was published last, to any thread.
    /// </summary>
    public Configuration Configuration => Volatile.Read(ref published).Configuration;

    public LogPosition Applied => Volatile.Read(ref published).Applied;

    /// <summary>False for a store that has applied nothing yet, be it empty or restored from a snapshot: <see cref="Begin"/> is due.</summary>
    public bool HasBegun => Applied != LogPosition.Zero && Configuration.Members.Length > 0;

    public Revision Revision => new(Volatile.Read(ref published).State.Revision);

    /// <summary>The oldest revision that can be read; none where nothing was compacted yet.</summary>
    public Revision CompactRevision => Volatile.Read(ref published).CompactRevision;

    /// <summary>What was done to it since it was opened.</summary>
    public KeyspaceMeasures Measures { get; } = new();

    /// <summary>How many keys, leases and open sessions there are.</summary>
    public (long Keys, long Leases, long Sessions) Counts =>
        Volatile.Read(ref published).State is var now ? (now.Keys, now.Leases, now.OpenSessions) : default;

    /// <summary>Users, roles, and whether they are asked for.</summary>
    public AuthState Auth => Volatile.Read(ref published).Auth;

    /// <summary>The alarms that were raised by hand.</summary>
    public AlarmState Alarms => Volatile.Read(ref published).Alarms;

    /// <summary>
    /// The feature level that the log has reached, 0 before any entry said one: a leader says it first of all. Entries that need a higher
    /// one than this build knows stop the node.
    /// </summary>
    public uint FeatureLevel => Volatile.Read(ref published).State.FeatureLevel;

    /// <summary>
    /// The greatest time stamp of any entry applied, in Unix milliseconds: a leader stamps nothing earlier (pitfall C06).
    /// </summary>
    public long LogTimeMillis => Volatile.Read(ref published).State.TimeMillis;

    /// <summary>
    /// The cluster began with <paramref name="initial"/>, before its first entry: part of the state like any later one. Only on a store
    /// that has applied nothing, or that was restored and knows no members; durable with the first entries, so said again at each start until then.
    /// </summary>
    public void Begin(Configuration initial)
    {
        ArgumentNullException.ThrowIfNull(initial);
        Invariant.Holds(!HasBegun, "A cluster begins before its first entry.");
        configuration = initial;
        tables.Put(TableKeys.Configuration, applied.Index.Value, initial.Encode());
        // A node that was never up when its cluster worked gets a whole state before its first entry: no batch may be open then.
        tables.Publish(applied);
        Volatile.Write(ref published, new PublishedState(applied, state, configuration, applier.Auth.State, applier.Alarms.State));
    }

    /// <summary>
    /// Applies the next entry. <paramref name="wantResult"/> false: nobody here waits, so no answer is built. The effects are visible to
    /// readers after <see cref="Publish"/>. Applier only. Throws only for what must stop the node:
    /// <see cref="EntryNotUnderstoodException"/> for an entry of another build, anything else for a broken rule.
    /// </summary>
    public AppliedEntry Apply(in Entry entry, bool wantResult)
    {
        Invariant.Holds(entry.Index == applied.Index.Next, "Entries are applied in the order of the log, without a gap (pitfall L13).");
        Invariant.Holds(entry.Term >= applied.Term, "Terms never decrease along the log.");
        try
        {
            var answer = entry.Kind switch
            {
                EntryKind.Empty => default,
                EntryKind.Configuration => ApplyConfiguration(entry),
                EntryKind.Command => ApplyCommand(entry, wantResult),
                _ => throw new FormatException($"entry kind {(byte)entry.Kind} is not known"),
            };
            applied = entry.Position;
            return answer;
        }
        catch (FormatException exception)
        {
            throw new EntryNotUnderstoodException(entry.Position, exception);
        }
    }

    /// <summary>Makes everything applied so far visible, at once. Applier only.</summary>
    public void Publish()
    {
        if (state != stateInTables)
        {
            stateBytes.Clear();
            state.Write(stateBytes);
            tables.Put(TableKeys.State, applied.Index.Value, stateBytes.Written);
            stateInTables = state;
        }

        counter.Publishing(applied);
        tables.Publish(applied);
        Volatile.Write(ref published, new PublishedState(applied, state, configuration, applier.Auth.State, applier.Alarms.State));
        counter.Published(pinNewest, state.Revision);
    }

    /// <summary>What entries did to leases since this was last asked, in their order. Applier only.</summary>
    public IReadOnlyList<LeaseChange> TakeLeaseChanges()
    {
        if (applier.LeaseChanges.Count == 0)
            return [];
        LeaseChange[] taken = [.. applier.LeaseChanges];
        applier.LeaseChanges.Clear();
        return taken;
    }

    /// <summary>What entries did that the holders of tokens feel since this was last asked, in their order. Applier only.</summary>
    public IReadOnlyList<AuthEvent> TakeAuthEvents()
    {
        if (applier.Auth.Events.Count == 0)
            return [];
        AuthEvent[] taken = [.. applier.Auth.Events];
        applier.Auth.Events.Clear();
        return taken;
    }

    /// <summary>What was published last: a reader's world, unchanged until disposed. From any thread.</summary>
    public KeyspaceView Pin() => new(tables.Pin(), counter, pinNewest, Measures);

    /// <summary>A state was installed under this store: read the small states anew. Applier only.</summary>
    public void Reload()
    {
        counter.Reset();
        Volatile.Write(ref published, Load());
    }

    public void Dispose() => tables.Dispose();

    private AppliedEntry ApplyCommand(in Entry entry, bool wantResult)
    {
        var command = CommandCodec.DecodeParts(entry.Payload);
        var outcome = applier.Apply(command, ref state, entry.Position, wantResult);
        return new AppliedEntry(command.Envelope.Proposal, wantResult ? outcome.Result : null, outcome.Refusal);
    }

    private AppliedEntry ApplyConfiguration(in Entry entry)
    {
        Marks.ConfigurationApplied.Hit();
        configuration = Configuration.Decode(entry.Payload.Span);
        tables.Put(TableKeys.Configuration, entry.Index.Value, entry.Payload.Span);
        return default;
    }

    private PublishedState Load()
    {
        using var view = Pin();
        applied = view.Applied;
        state = stateInTables = view.State;
        configuration = view.ConfigurationAt(applied.Index);
        applier.Begin(view);
        return new PublishedState(applied, state, configuration, applier.Auth.State, applier.Alarms.State);
    }

    private sealed record PublishedState(LogPosition Applied, StateRecord State, Configuration Configuration, AuthState Auth, AlarmState Alarms)
    {
        public Revision CompactRevision => KeyspaceView.FloorAsRevision(State);
    }
}
