using System.Text;
using Lutra.Keyspace.Alarms;
using Lutra.Keyspace.Auth;

namespace Lutra.Keyspace.Commands;

/// <summary>
/// The bytes of a command in the log: a header at fixed places, the envelope's optional parts, the command. Drawn in
/// <c>docs/formats.md</c>.
/// </summary>
public static class CommandCodec
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// Throws <see cref="ArgumentException"/> for what has no spelling: transactions nested deeper than
    /// <see cref="KeyspaceLimits.TransactionDepthMax"/>, and idempotency keys that are empty, too long or no text.
    /// <see cref="CommandRules"/> says more, and should be asked first.
    /// </summary>
    public static byte[] Encode(in CommandEnvelope envelope, Command command)
    {
        var parts = EnvelopeParts.None;
        if (envelope.Session != 0 || envelope.Sequence != 0)
            parts |= EnvelopeParts.Session;
        if (envelope.IdempotencyKey is not null)
            parts |= EnvelopeParts.IdempotencyKey;
        if (envelope.Caller.Kind != CallerKind.Nobody)
            parts |= envelope.Caller.Kind == CallerKind.User ? EnvelopeParts.User : EnvelopeParts.Inside;

        var target = new ByteWriter(SizeBytesAbout(envelope, command));
        new CommandHeader(KindOf(command), FeatureLevelOf(parts, command), envelope.TimeMillis, envelope.Proposal, parts).Write(target);
        if (parts.HasFlag(EnvelopeParts.Session))
        {
            target.Varint(envelope.Session);
            target.Varint(envelope.Sequence);
        }

        if (envelope.IdempotencyKey is { } key)
            target.Bytes(EncodeIdempotencyKey(key));
        if (parts.HasFlag(EnvelopeParts.User))
        {
            target.Bytes(AuthRecords.ToBytes(envelope.Caller.Name!));
            target.Varint(envelope.Caller.AuthRevision);
        }

        WriteBody(target, command);
        return target.Detach();
    }

    /// <summary>
    /// Reads only the proposal's id: for answering without decoding the rest. Throws <see cref="FormatException"/> where there is none.
    /// </summary>
    public static ProposalId ReadProposal(ReadOnlySpan<byte> payload) => CommandHeader.ReadProposal(payload);

    /// <summary>Whether it is about users, roles, tokens, or whether they are asked for: without decoding it. What is no command is about nothing.</summary>
    public static bool IsOfUsers(ReadOnlySpan<byte> payload) => CommandHeader.ReadKind(payload) == CommandKind.Auth;

    /// <summary>Writes the leader's time into an encoded command, just before it is appended.</summary>
    public static void StampTime(Span<byte> payload, long timeMillis) => CommandHeader.StampTime(payload, timeMillis);

    /// <summary>
    /// Throws <see cref="FormatException"/> for bytes that are no command (<see cref="FeatureLevelException"/> where a later build may read
    /// them), without allocating more than they could hold. Keys and values are slices of <paramref name="payload"/>.
    /// </summary>
    public static (CommandEnvelope Envelope, Command Command) Decode(ReadOnlyMemory<byte> payload)
    {
        var decoded = DecodeParts(payload);
        return (decoded.Envelope, decoded.Command);
    }

    /// <summary>
    /// As <see cref="Decode"/>, with the bytes of the command itself: what makes two requests the same, whoever proposed them and when.
    /// </summary>
    internal static DecodedCommand DecodeParts(ReadOnlyMemory<byte> payload)
    {
        var source = new ByteReader(payload);
        var header = CommandHeader.Read(ref source);
        ulong session = 0, sequence = 0;
        if (header.Parts.HasFlag(EnvelopeParts.Session))
        {
            session = source.Varint();
            sequence = source.Varint();
            if (session == 0 && sequence == 0)
                throw new FormatException("a session is announced and missing");
        }

        string? idempotencyKey = null;
        if (header.Parts.HasFlag(EnvelopeParts.IdempotencyKey))
            idempotencyKey = DecodeIdempotencyKey(source.Bytes().Span);

        var caller = header.Parts.HasFlag(EnvelopeParts.Inside) ? Caller.Inside : Caller.Nobody;
        if (header.Parts.HasFlag(EnvelopeParts.User))
        {
            var name = AuthRecords.ReadText(source.Bytes().Span);
            caller = AuthRules.IsName(name) ? Caller.User(name, source.Varint()) : throw new FormatException("the user who asks has no name, or one that is too long");
        }

        var body = payload[^source.Remaining..];
        var command = ReadBody(header.Kind, ref source);
        source.ExpectEnd();
        if (header.FeatureLevel < FeatureLevelOf(header.Parts, command))
            throw new FormatException($"feature level {header.FeatureLevel} knows no such command");
        return new DecodedCommand(
            new CommandEnvelope(header.Proposal, header.TimeMillis, session, sequence, idempotencyKey, caller), command, (byte)header.Kind, body);
    }

    private static void WriteBody(ByteWriter target, Command command)
    {
        switch (command)
        {
            case WriteCommand write:
                OperationCodec.Write(target, write.Operation, depth: 0);
                break;
            case CompactCommand compact:
                target.Varint(compact.Revision.Value);
                break;
            case SetFeatureLevelCommand set:
                target.Varint(set.Level);
                break;
            case OpenSessionCommand open:
                target.Varint(open.Session);
                target.Varint(open.TtlMillis);
                break;
            case CloseSessionCommand close:
                target.Varint(close.Session);
                target.Byte(close.LastUsedMillis is null ? (byte)0 : (byte)1);
                if (close.LastUsedMillis is { } lastUsedMillis)
                    target.Varint(lastUsedMillis);
                break;
            case GrantLeaseCommand or RevokeLeaseCommand or CheckpointLeasesCommand:
                LeaseCodec.Write(target, command);
                break;
            case AuthCommand auth:
                AuthCodec.Write(target, auth);
                break;
            case AlarmCommand alarm:
                AlarmCodec.Write(target, alarm);
                break;
            default:
                throw new ArgumentException($"No encoding for {command.GetType().Name}.", nameof(command));
        }
    }

    private static Command ReadBody(CommandKind kind, ref ByteReader source)
    {
        switch (kind)
        {
            case CommandKind.Write:
                return new WriteCommand(OperationCodec.Read(ref source, depth: 0));
            case CommandKind.Compact:
                return new CompactCommand(new Revision(source.VarintSigned()));
            case CommandKind.SetFeatureLevel:
                var level = source.Varint();
                return level <= uint.MaxValue
                    ? new SetFeatureLevelCommand((uint)level)
                    : throw new FormatException($"{level} is no feature level");
            case CommandKind.OpenSession:
                return new OpenSessionCommand(source.Varint(), source.VarintSigned());
            case CommandKind.CloseSession:
                return new CloseSessionCommand(source.Varint(), source.Byte() switch
                {
                    0 => null,
                    1 => source.VarintSigned(),
                    var mark => throw new FormatException($"{mark} marks no time"),
                });
            case CommandKind.GrantLease or CommandKind.RevokeLease or CommandKind.CheckpointLeases:
                return LeaseCodec.Read(kind, ref source);
            case CommandKind.Auth:
                return AuthCodec.Read(ref source);
            case CommandKind.Alarm:
                return AlarmCodec.ReadCommand(ref source);
            default:
                throw new FormatException($"command kind {(byte)kind} is not known");
        }
    }

    private static CommandKind KindOf(Command command) => command switch
    {
        WriteCommand => CommandKind.Write,
        CompactCommand => CommandKind.Compact,
        SetFeatureLevelCommand => CommandKind.SetFeatureLevel,
        OpenSessionCommand => CommandKind.OpenSession,
        CloseSessionCommand => CommandKind.CloseSession,
        GrantLeaseCommand => CommandKind.GrantLease,
        RevokeLeaseCommand => CommandKind.RevokeLease,
        CheckpointLeasesCommand => CommandKind.CheckpointLeases,
        AuthCommand => CommandKind.Auth,
        AlarmCommand => CommandKind.Alarm,
        _ => throw new ArgumentException($"No encoding for {command.GetType().Name}.", nameof(command)),
    };

    private static ushort FeatureLevelOf(EnvelopeParts parts, Command command) =>
        command is AlarmCommand ? (ushort)KeyspaceLimits.AlarmFeatureLevel
        : command is AuthCommand || (parts & (EnvelopeParts.Inside | EnvelopeParts.User)) != 0 ? (ushort)KeyspaceLimits.AuthFeatureLevel
        : (ushort)1;

    // Right to the byte for the commonest command, so that its buffer is the payload; the others grow theirs.
    private static int SizeBytesAbout(in CommandEnvelope envelope, Command command) => command switch
    {
        WriteCommand { Operation: PutOperation put } when envelope is { Session: 0, Sequence: 0, IdempotencyKey: null, Caller.Kind: not CallerKind.User } =>
            CommandHeader.SizeBytes + OperationCodec.PutSizeBytes(put),
        WriteCommand { Operation: PutOperation put } => 256 + put.Key.Length + put.Value.Length,
        _ => 256,
    };

    private static byte[] EncodeIdempotencyKey(string key)
    {
        var bytes = StrictUtf8.GetBytes(key);
        if (bytes.Length is not (0 or > WriteOptions.IdempotencyKeyBytesMax))
            return bytes;
        throw new ArgumentException(
            $"An idempotency key has 1 to {WriteOptions.IdempotencyKeyBytesMax} bytes, not {bytes.Length}.", nameof(key));
    }

    private static string DecodeIdempotencyKey(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is 0 or > WriteOptions.IdempotencyKeyBytesMax)
            throw new FormatException($"an idempotency key has 1 to {WriteOptions.IdempotencyKeyBytesMax} bytes, not {bytes.Length}");
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException exception)
        {
            throw new FormatException("the idempotency key is not UTF-8", exception);
        }
    }
}

/// <param name="Kind">The command's kind, which with <paramref name="Body"/> says what was asked.</param>
/// <param name="Body">The command's own bytes, without header and envelope.</param>
internal readonly record struct DecodedCommand(CommandEnvelope Envelope, Command Command, byte Kind, ReadOnlyMemory<byte> Body);
