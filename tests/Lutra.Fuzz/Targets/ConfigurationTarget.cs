using Lutra.Node.Peers;
using Lutra.Node.Tests.Peers.Frames;
using Lutra.Raft;

namespace Lutra.Fuzz.Targets;

/// <summary>The members of a cluster, as an entry of the log or a state brings them.</summary>
internal sealed class ConfigurationTarget : FuzzTarget
{
    public override string Name => "configuration";

    public override byte[] Example(Random random) =>
        new FrameSamples(random).All().OfType<TransferBeginFrame>().Single().Configuration.Encode();

    public override void Parse(byte[] input)
    {
        var written = Configuration.Decode(input).Encode();
        Require(Configuration.Decode(written).Encode().AsSpan().SequenceEqual(written), "a configuration that was read is written as another");
    }

    public override bool IsDeclared(Exception exception) => exception is FormatException;
}
