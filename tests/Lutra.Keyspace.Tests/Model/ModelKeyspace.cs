using Lutra.Keyspace.Commands;

namespace Lutra.Keyspace.Tests.Model;

/// <summary>
/// What a command must do, written apart from the product and for clarity alone: every revision is a whole map of its own.
/// </summary>
internal sealed class ModelKeyspace
{
    private readonly List<SortedDictionary<string, ModelKey>> revisions = [Empty(), Empty()];
    private readonly SortedDictionary<ulong, ModelSession> sessions = [];
    private readonly SortedDictionary<long, GrantedLease> leases = [];
    private readonly List<ModelKept> keptByKey = [];
    private long timeMillis;

    public long Revision => revisions.Count - 1;

    public long Floor { get; private set; } = -1;

    public IReadOnlyDictionary<ulong, ModelSession> Sessions => sessions;

    public IReadOnlyDictionary<long, GrantedLease> Leases => leases;

    public long TimeMillis => timeMillis;

    /// <summary>What is there as of a revision.</summary>
    public IReadOnlyDictionary<string, ModelKey> At(long revision) => revisions[(int)revision];

    /// <summary>The answer, as text.</summary>
    public string Apply(CommandEnvelope envelope, Command command)
    {
        timeMillis = Math.Max(timeMillis, envelope.TimeMillis);
        if (CommandRules.Check(envelope, command) is { } invalid)
            return AnswerText.Of(invalid);
        if (envelope.Session != 0)
            return InSession(envelope, command);
        if (envelope.IdempotencyKey is { } key)
            return WithKey(key, command);
        return Execute(command);
    }

    public string Read(RangeOperation range)
    {
        if (range.Revision.Value > Revision)
            return AnswerText.Of(LutraError.FutureRevision);
        if (range.Revision.Value > 0 && range.Revision.Value < Floor)
            return AnswerText.Of(LutraError.Compacted);
        return AnswerText.Of(ModelRange.Read(range, At(range.Revision.Value == 0 ? Revision : range.Revision.Value), Revision));
    }

    private string InSession(CommandEnvelope envelope, Command command)
    {
        if (!sessions.TryGetValue(envelope.Session, out var session) || session.EndedAt is not null)
            return AnswerText.Of(LutraError.SessionExpired);
        if (envelope.Sequence + 256 <= session.Highest)
            return AnswerText.Of(LutraError.SessionExpired);
        session.LastUsedMillis = timeMillis;
        session.Highest = Math.Max(session.Highest, envelope.Sequence);
        if (!session.Answers.TryGetValue(envelope.Sequence, out var answer))
            session.Answers[envelope.Sequence] = answer = Execute(command);
        return answer;
    }

    private string WithKey(string key, Command command)
    {
        var latest = keptByKey.Skip(Math.Max(0, keptByKey.Count - 100_000)).LastOrDefault(kept => kept.Key == key);
        if (latest is not null && timeMillis - latest.TimeMillis < 24 * 3600 * 1000)
            return latest.Request == RequestText.Of(command) ? latest.Answer : AnswerText.Of(LutraError.IdempotencyKeyReused);
        var answer = Execute(command);
        keptByKey.Add(new ModelKept(key, RequestText.Of(command), answer, timeMillis));
        return answer;
    }

    private string Execute(Command command)
    {
        switch (command)
        {
            case WriteCommand write:
                return Write(write.Operation);
            case CompactCommand { Revision.Value: var floor }:
                if (floor > Revision)
                    return AnswerText.Of(LutraError.FutureRevision);
                if (floor <= Floor)
                    return AnswerText.Of(LutraError.Compacted);
                Floor = floor;
                return AnswerText.Of(new CompactResult(new Revision(Revision)));
            case SetFeatureLevelCommand:
                return AnswerText.Done;
            case OpenSessionCommand open:
                return Open(open);
            case CloseSessionCommand close:
                return Close(close);
            case GrantLeaseCommand grant:
                if (!leases.TryAdd(grant.Lease, new GrantedLease(grant.Lease, grant.TtlSeconds, 0)))
                    return AnswerText.Of(LutraError.LeaseExists);
                return AnswerText.Of(new GrantLeaseResult(new Revision(Revision), grant.Lease, grant.TtlSeconds));
            case RevokeLeaseCommand revoke:
                return Revoke(revoke);
            case CheckpointLeasesCommand checkpoint:
                if (checkpoint.Term != 1)
                    return AnswerText.Of(LutraError.InvalidArgument);
                foreach (var (lease, seconds) in checkpoint.Leases.Where(one => leases.ContainsKey(one.Lease)))
                    leases[lease] = leases[lease] with { RemainingSeconds = Math.Min(seconds, leases[lease].TtlSeconds) };
                return AnswerText.Of(new CheckpointLeasesResult(new Revision(Revision)));
            default:
                throw new InvalidOperationException();
        }
    }

    private string Revoke(RevokeLeaseCommand revoke)
    {
        if (revoke.Term is not (null or 1))
            return AnswerText.Of(LutraError.InvalidArgument);
        if (!leases.Remove(revoke.Lease))
            return AnswerText.Of(LutraError.LeaseNotFound);
        var before = At(Revision);
        var left = before.Where(pair => pair.Value.Lease != revoke.Lease).ToDictionary(pair => pair.Key, pair => pair.Value);
        if (left.Count < before.Count)
            revisions.Add(new(left, StringComparer.Ordinal));
        return AnswerText.Of(new RevokeLeaseResult(new Revision(Revision)));
    }

    private string Write(Operation operation)
    {
        var before = At(Revision);
        if (ModelCheck.Refuses(operation, before, leases.Keys, Revision, Floor) is { } error)
            return AnswerText.Of(error);
        var run = new ModelRun(before, Revision, revision => At(revision));
        var result = run.Run(operation);
        if (run.HasChanged)
            revisions.Add(run.After);
        return AnswerText.Of(result);
    }

    private string Open(OpenSessionCommand open)
    {
        if (sessions.TryGetValue(open.Session, out var known))
        {
            if (known.EndedAt is { } ended && timeMillis - ended < 24 * 3600 * 1000)
                return AnswerText.Of(LutraError.SessionExpired);
            if (known.EndedAt is null)
            {
                (known.TtlMillis, known.LastUsedMillis) = (open.TtlMillis, timeMillis);
                return AnswerText.Done;
            }
        }

        if (sessions.Values.Count(session => session.EndedAt is null) >= 10_000)
            return AnswerText.Of(LutraError.Overloaded);
        sessions[open.Session] = new ModelSession { TtlMillis = open.TtlMillis, LastUsedMillis = timeMillis };
        return AnswerText.Done;
    }

    private string Close(CloseSessionCommand close)
    {
        if (!sessions.TryGetValue(close.Session, out var session) || session.EndedAt is not null)
            return AnswerText.Done;
        if (close.LastUsedMillis is { } seen && session.LastUsedMillis > seen)
            return AnswerText.Of(LutraError.InvalidArgument);
        session.EndedAt = timeMillis;
        return AnswerText.Done;
    }

    private static SortedDictionary<string, ModelKey> Empty() => new(StringComparer.Ordinal);
}

internal sealed record ModelKey(string Value, long Create, long Mod, long Version, long Lease);

internal sealed record ModelKept(string Key, string Request, string Answer, long TimeMillis);

internal sealed class ModelSession
{
    public long TtlMillis { get; set; }

    public long LastUsedMillis { get; set; }

    public long? EndedAt { get; set; }

    public ulong Highest { get; set; }

    public Dictionary<ulong, string> Answers { get; } = [];
}
