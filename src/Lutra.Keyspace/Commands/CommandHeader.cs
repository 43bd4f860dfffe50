using System.Buffers.Binary;

namespace Lutra.Keyspace.Commands;

/// <summary>What kind of command follows. The numbers are in the log; 0 is never valid.</summary>
internal enum CommandKind : byte
{
    Write = 1,
    Compact = 2,
    SetFeatureLevel = 3,
    OpenSession = 4,
    CloseSession = 5,
    GrantLease = 6,
    RevokeLease = 7,
    CheckpointLeases = 8,
    Auth = 9,
    Alarm = 10,
}

[Flags]
internal enum EnvelopeParts : byte
{
    None = 0,
    Session = 1,
    IdempotencyKey = 2,

    /// <summary>The node itself asks.</summary>
    Inside = 4,

    /// <summary>A user asks.</summary>
    User = 8,

    All = 15,
}

/// <summary>
/// The first bytes of a command, at fixed places so that the leader can stamp the time and a waiter be found without decoding the rest: u8
/// format (1), u8 kind, u16 feature level needed, u64 time, u64 origin and u64 number of the proposal, u8 which parts follow;
/// little-endian. Later formats keep the first twenty-eight bytes.
/// </summary>
internal readonly record struct CommandHeader(
    CommandKind Kind, ushort FeatureLevel, long TimeMillis, ProposalId Proposal, EnvelopeParts Parts)
{
    public const int SizeBytes = 29;

    private const byte Format = 1;
    private const int KindOffset = 1;
    private const int TimeOffset = 4;
    private const int ProposalOffset = 12;

    public void Write(ByteWriter target)
    {
        target.Byte(Format);
        target.Byte((byte)Kind);
        target.UInt16(FeatureLevel);
        target.UInt64((ulong)TimeMillis);
        target.UInt64(Proposal.Origin);
        target.UInt64(Proposal.Number);
        target.Byte((byte)Parts);
    }

    /// <summary>Throws <see cref="FeatureLevelException"/> before it looks at anything that a later build may have changed.</summary>
    public static CommandHeader Read(ref ByteReader source)
    {
        var format = source.Byte();
        var kind = source.Byte();
        var level = source.UInt16();
        if (level > KeyspaceLimits.FeatureLevel)
            throw new FeatureLevelException(level);
        if (format != Format)
            throw new FormatException($"command format {format} is not known, only {Format}");
        if (level == 0)
            throw new FormatException("a command needs at least feature level 1");
        var time = (long)source.UInt64();
        var proposal = new ProposalId(source.UInt64(), source.UInt64());
        var parts = source.Byte();
        if (parts > (byte)EnvelopeParts.All || (parts & (byte)(EnvelopeParts.Inside | EnvelopeParts.User)) == (byte)(EnvelopeParts.Inside | EnvelopeParts.User))
            throw new FormatException($"envelope parts {parts} are not known");
        return new CommandHeader((CommandKind)kind, level, time, proposal, (EnvelopeParts)parts);
    }

    /// <summary>Null where there is no header.</summary>
    public static CommandKind? ReadKind(ReadOnlySpan<byte> payload) => payload.Length < SizeBytes ? null : (CommandKind)payload[KindOffset];

    public static ProposalId ReadProposal(ReadOnlySpan<byte> payload)
    {
        Expect(payload.Length);
        return new ProposalId(
            BinaryPrimitives.ReadUInt64LittleEndian(payload[ProposalOffset..]),
            BinaryPrimitives.ReadUInt64LittleEndian(payload[(ProposalOffset + sizeof(ulong))..]));
    }

    public static void StampTime(Span<byte> payload, long timeMillis)
    {
        Expect(payload.Length);
        BinaryPrimitives.WriteInt64LittleEndian(payload[TimeOffset..], timeMillis);
    }

    private static void Expect(int lengthBytes)
    {
        if (lengthBytes < SizeBytes)
            throw new FormatException($"A command has at least {SizeBytes} bytes, not {lengthBytes}.");
    }
}
