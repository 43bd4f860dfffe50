using System.Buffers;
using Lutra.Node.Formation;
using Lutra.Raft;

namespace Lutra.Fuzz.Targets;

/// <summary>What nodes say to each other before there is a cluster.</summary>
internal sealed class FormationTarget : FuzzTarget
{
    public override string Name => "formation";

    public override byte[] Example(Random random) => Encode(random.Next(4) switch
    {
        0 => new Roll(
            new Ballot((ulong)random.Next(3), new NodeId(1)), false,
            [new RollEntry("host1:2379", new NodeId(1), "1"), new RollEntry("host2:2379", null, ""), new RollEntry("host3:2379", new NodeId(3), "three")]),
        1 => new DraftOffer(IdentityTarget.DraftOf(random)),
        2 => new DraftStored(new Ballot(7, new NodeId(2))),
        _ => new ClusterBegun(IdentityTarget.DraftOf(random)),
    });

    public override void Parse(byte[] input)
    {
        var written = Encode(FormationCodec.Read(input));
        Require(Encode(FormationCodec.Read(written)).AsSpan().SequenceEqual(written), "a message that was read is written as another");
    }

    public override bool IsDeclared(Exception exception) => exception is FormatException;

    private static byte[] Encode(FormationMessage message)
    {
        var target = new ArrayBufferWriter<byte>();
        FormationCodec.Write(target, message);
        return target.WrittenSpan.ToArray();
    }
}
