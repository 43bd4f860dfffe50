using Lutra.Keyspace.Commands;
using Lutra.Keyspace.Tests.Model;

namespace Lutra.Fuzz.Targets;

/// <summary>A command of the log with its envelope, as peers forward it; what is read must be written as bytes that read the same.</summary>
internal sealed class CommandTarget : FuzzTarget
{
    public override string Name => "command";

    public override byte[] Example(Random random)
    {
        var draw = new CommandDraw(random);
        var (session, sequence, key) = draw.Envelope();
        return CommandCodec.Encode(new CommandEnvelope(new ProposalId(7, (ulong)random.Next()), 1_000_000, session, sequence, key), random.Next(4) == 0 ? new AuthDraw(random).Command() : draw.Command());
    }

    public override void Parse(byte[] input)
    {
        var (envelope, command) = CommandCodec.Decode(input);
        CommandCodec.ReadProposal(input);
        CommandCodec.StampTime(input, 1);
        if (CommandRules.Check(envelope, command) is not null)
            return;
        var written = CommandCodec.Encode(envelope, command);
        var again = CommandCodec.Decode(written);
        Require(CommandCodec.Encode(again.Envelope, again.Command).AsSpan().SequenceEqual(written), "a command that was read is written as another");
    }

    public override bool IsDeclared(Exception exception) => exception is FormatException;
}
