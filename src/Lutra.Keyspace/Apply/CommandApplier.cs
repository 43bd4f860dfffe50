using Lutra.Keyspace.Alarms;
using Lutra.Keyspace.Auth;
using Lutra.Keyspace.Commands;
using Lutra.Raft;
using Lutra.Storage.Tables;

namespace Lutra.Keyspace;

/// <summary>
/// What each command does to the state. Total: every command has an outcome, and the same one on every node; only a feature level that this
/// build does not know is thrown, since it must stop the node.
/// </summary>
internal sealed class CommandApplier
{
    private readonly WriteExecution execution;
    private readonly UserKeys keys;
    private readonly RecentKeys recent;
    private readonly SessionTable sessions;
    private readonly IdempotencyTable idempotency;
    private readonly LeaseTable leases;
    private readonly Func<TableView> pin;
    private readonly KeyspaceMeasures measures;

    public CommandApplier(TableStore tables, KeyCounter counter, RecentKeys recent, KeyspaceMeasures measures)
    {
        this.recent = recent;
        leases = new LeaseTable(tables);
        keys = new UserKeys(tables, leases, counter, recent);
        execution = new WriteExecution(keys, measures);
        this.measures = measures;
        sessions = new SessionTable(tables);
        idempotency = new IdempotencyTable(tables);
        Auth = new AuthApplier(tables);
        Alarms = new AlarmTable(tables);
        pin = tables.PinUnpublished;
    }

    public AuthApplier Auth { get; }

    public AlarmTable Alarms { get; }

    public List<LeaseChange> LeaseChanges => leases.Changes;

    /// <summary>What is in the tables was put there by somebody else: <paramref name="view"/> shows it.</summary>
    public void Begin(KeyspaceView view)
    {
        recent.Clear();
        Auth.Begin(view.Auth);
        Alarms.Begin(view.Alarms);
    }

    /// <param name="state">The state before; after the call, the state after.</param>
    /// <param name="position">The entry's.</param>
    public Outcome Apply(in DecodedCommand command, ref StateRecord state, LogPosition position, bool buildResult)
    {
        var envelope = command.Envelope;
        Marks.LogTimeWouldGoBack.HitIf(envelope.TimeMillis < state.TimeMillis);
        state = state with { TimeMillis = Math.Max(state.TimeMillis, envelope.TimeMillis) };
        if (CommandRules.Check(envelope, command.Command) is { } refusal)
        {
            Marks.CommandBreaksARule.Hit();
            return new Outcome(null, refusal);
        }

        // Before any answer that is kept: it is of somebody who was allowed, and the caller may be another, or no longer allowed.
        if (AuthCheck.Check(Auth.State, pin, envelope.Caller, command.Command) is { } denied)
            return new Outcome(null, denied);
        if (envelope.Session != 0)
            return ApplyInSession(command, ref state, position);
        if (envelope.IdempotencyKey is not null)
            return ApplyWithKey(command, ref state, position);
        return Execute(command.Command, ref state, position, buildResult, isKept: false);
    }

    private Outcome ApplyInSession(in DecodedCommand command, ref StateRecord state, LogPosition position)
    {
        var (session, sequence) = (command.Envelope.Session, command.Envelope.Sequence);
        if (sessions.Find(session, state.TimeMillis) is not { IsOpen: true } record)
        {
            Marks.SessionUnknown.Hit();
            return Outcome.Refused(LutraError.SessionExpired, $"There is no session {session:x}: it has ended, or was never opened.");
        }
        if (record.IsBelowWindow(sequence))
        {
            Marks.SequenceBelowWindow.Hit();
            return Outcome.Refused(
                LutraError.SessionExpired,
                $"Command {sequence} of session {session:x} lies behind the last {KeyspaceLimits.SessionWindow}, "
                + $"up to {record.HighestSequence}, that are remembered.");
        }

        var known = sessions.FindAnswer(session, record, sequence);
        var outcome = known ?? Execute(command.Command, ref state, position, buildResult: true, isKept: true);
        Marks.SessionAnsweredFromMemory.HitIf(known is not null);
        if (known is null)
            sessions.PutAnswer(session, sequence, outcome, position.Index.Value);
        var highest = Math.Max(record.HighestSequence, sequence);
        sessions.Put(session, record with { LastUsedMillis = state.TimeMillis, HighestSequence = highest }, position.Index.Value);
        return outcome;
    }

    private Outcome ApplyWithKey(in DecodedCommand command, ref StateRecord state, LogPosition position)
    {
        var key = command.Envelope.IdempotencyKey!;
        var hash = IdempotencyTable.HashOf(command);
        if (idempotency.Find(key, state) is { } known)
        {
            Marks.IdempotencyKeyKnown.HitIf(known.RequestHash == hash);
            Marks.IdempotencyKeyReused.HitIf(known.RequestHash != hash);
            return known.RequestHash == hash
                ? OutcomeCodec.Read(known.Outcome)
                : Outcome.Refused(LutraError.IdempotencyKeyReused, $"The idempotency key '{key}' was used before, for another request.");
        }

        var outcome = Execute(command.Command, ref state, position, buildResult: true, isKept: true);
        idempotency.Put(key, hash, outcome, ref state, position.Index.Value);
        return outcome;
    }

    private Outcome Execute(Command command, ref StateRecord state, LogPosition position, bool buildResult, bool isKept)
    {
        var index = position.Index.Value;
        if (Alarms.State.Check(command) is { } alarmed)
        {
            Marks.AlarmRefused.Hit();
            if (command is RevokeLeaseCommand { Term: { } term } over && term == position.Term.Value)
                leases.EndRefused(over.Lease, term);
            return new Outcome(null, alarmed);
        }

        switch (command)
        {
            case WriteCommand write:
                var outcome = execution.Execute(write.Operation, state, index, buildResult, isKept);
                state = state with { Revision = keys.Revision, Keys = state.Keys + keys.KeysAdded };
                return outcome;
            case CompactCommand compact:
                return Compact(compact.Revision.Value, ref state);
            case SetFeatureLevelCommand set:
                return SetFeatureLevel(set.Level, ref state);
            case OpenSessionCommand open:
                return sessions.Open(open, ref state, index);
            case CloseSessionCommand close:
                return sessions.Close(close, ref state, index);
            case GrantLeaseCommand grant:
                var granted = leases.Grant(grant, ref state, index);
                measures.LeasesGranted.Add(granted.Refusal is null ? 1 : 0);
                return granted;
            case RevokeLeaseCommand revoke:
                keys.Begin(state.Revision, index);
                var keysBefore = state.Keys;
                var revoked = leases.Revoke(revoke, keys, ref state, index, position.Term.Value);
                measures.LeasesRevoked.Add(revoked.Refusal is null ? 1 : 0);
                measures.Did(0, (int)(keysBefore - state.Keys), 0);
                return revoked;
            case CheckpointLeasesCommand checkpoint:
                return leases.Checkpoint(checkpoint, state, index, position.Term.Value);
            case AuthCommand auth:
                return Auth.Apply(auth, new Revision(state.Revision), index);
            case AlarmCommand alarm:
                return Alarms.Apply(alarm, new Revision(state.Revision), index);
            default:
                throw new InvalidOperationException($"No rule for {command.GetType().Name}.");
        }
    }

    // etcd's rule: the floor may be raised up to the current revision. It uses no revision.
    private static Outcome Compact(long revision, ref StateRecord state)
    {
        if (revision > state.Revision)
        {
            Marks.CompactionOfTheFuture.Hit();
            return Outcome.Refused(LutraError.FutureRevision, $"Revision {revision} is not there yet; the store is at {state.Revision}.");
        }
        if (revision <= state.Floor)
        {
            Marks.CompactedAlready.Hit();
            return Outcome.Refused(
                LutraError.Compacted, $"The store was compacted at {state.Floor} already, which is not below {revision}.");
        }

        Marks.Compacted.Hit();
        state = state with { Floor = revision };
        return new Outcome(new CompactResult(new Revision(state.Revision)), null);
    }

    private static Outcome SetFeatureLevel(uint level, ref StateRecord state)
    {
        if (level > KeyspaceLimits.FeatureLevel)
            throw new FeatureLevelException(level);
        if (level < state.FeatureLevel)
        {
            return Outcome.Refused(
                LutraError.InvalidArgument, $"The feature level is {state.FeatureLevel} and never goes back to {level}.");
        }

        state = state with { FeatureLevel = level };
        return default;
    }
}
