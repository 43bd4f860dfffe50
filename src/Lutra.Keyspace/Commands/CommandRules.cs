using System.Text;
using Lutra.Keyspace.Alarms;
using Lutra.Keyspace.Auth;

namespace Lutra.Keyspace.Commands;

/// <summary>
/// What can be said of a command without any state. A node asks before it proposes; apply asks again, since what stands in the log may come
/// from anywhere. Pure: the same command gets the same answer on every node.
/// </summary>
public static class CommandRules
{
    /// <summary>Null where the command may go into the log, else why not.</summary>
    public static Refusal? Check(in CommandEnvelope envelope, Command command) => CheckEnvelope(envelope, command) ?? Check(command);

    /// <summary>
    /// Null where a command of this encoded length may go into the log. Only asked before proposing: what is in the log is applied,
    /// whatever its length.
    /// </summary>
    public static Refusal? CheckSize(int payloadBytes) => payloadBytes <= KeyspaceLimits.CommandBytesMax
        ? null
        : new Refusal(LutraError.TooLarge, $"The request takes {payloadBytes} bytes; a request may have {KeyspaceLimits.CommandBytesMax}.");

    private static Refusal? Check(Command command) => command switch
    {
        WriteCommand write => OperationRules.Check(write.Operation),
        OpenSessionCommand { Session: 0 } or CloseSessionCommand { Session: 0 } => Invalid("A session's number is not 0."),
        OpenSessionCommand { TtlMillis: < KeyspaceLimits.SessionTtlMillisMin or > KeyspaceLimits.SessionTtlMillisMax } open => Invalid(
            $"A session's ttl is {KeyspaceLimits.SessionTtlMillisMin} to {KeyspaceLimits.SessionTtlMillisMax} ms, not {open.TtlMillis}."),
        SetFeatureLevelCommand { Level: 0 } => Invalid("Feature levels begin at 1."),
        GrantLeaseCommand { Lease: 0 } or RevokeLeaseCommand { Lease: 0 } => Invalid("A lease's number is not 0."),
        GrantLeaseCommand { TtlSeconds: < 1 } => Invalid("A lease lives for at least a second."),
        GrantLeaseCommand { TtlSeconds: > KeyspaceLimits.LeaseTtlSecondsMax } grant => new Refusal(
            LutraError.TooLarge, $"A lease lives for at most {KeyspaceLimits.LeaseTtlSecondsMax} seconds, not {grant.TtlSeconds}."),
        CheckpointLeasesCommand checkpoint when checkpoint.Leases.Any(one => one.Lease == 0 || one.Seconds < 0) =>
            Invalid("A checkpoint names leases, and seconds that are not negative."),
        AuthCommand auth => AuthRules.Check(auth),
        AlarmCommand { Alarm.Kind: not (AlarmKind.NoSpace or AlarmKind.Corrupt) } alarm => Invalid($"There is no alarm {(int)alarm.Alarm.Kind}."),
        _ => null,
    };

    private static Refusal? CheckEnvelope(in CommandEnvelope envelope, Command command)
    {
        if (envelope.Session == 0 != (envelope.Sequence == 0))
            return Invalid("A session's commands are numbered from 1, and only they are.");
        if ((envelope.Session != 0 || envelope.IdempotencyKey is not null) && command is not (WriteCommand or CompactCommand))
            return Invalid("Only writes and compactions are done at most once; this command may be repeated without harm.");
        if (envelope.IdempotencyKey is not { } key)
            return null;
        if (envelope.Session != 0)
            return Invalid("A command has a session or an idempotency key, not both.");
        var bytes = Encoding.UTF8.GetByteCount(key);
        return bytes switch
        {
            0 => Invalid("An idempotency key has at least one byte."),
            > WriteOptions.IdempotencyKeyBytesMax => new Refusal(
                LutraError.TooLarge, $"The idempotency key has {bytes} bytes; it may have {WriteOptions.IdempotencyKeyBytesMax}."),
            _ => null,
        };
    }

    private static Refusal Invalid(string message) => new(LutraError.InvalidArgument, message);
}
