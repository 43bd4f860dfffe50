using System.Buffers.Binary;
using Lutra.Node.Formation;
using Lutra.Node.Identity;
using Lutra.Raft;
using Lutra.Storage.Checksums;

namespace Lutra.Fuzz.Targets;

/// <summary>A copy of a node's identity, with the draft of a cluster in it.</summary>
internal sealed class IdentityTarget : FuzzTarget
{
    private const int HeaderBytes = 36;

    public override string Name => "identity";

    public override byte[] Example(Random random)
    {
        var draft = DraftOf(random);
        FormationRecord formation = random.Next(3) switch { 0 => Fresh.Record, 1 => new Drafted(draft), _ => new Begun(draft) };
        return IdentityFormat.Write(new NodeIdentity(new NodeId(7), Label.Parse("1"), "lutra", 3, formation), 5).ToArray();
    }

    public static Draft DraftOf(Random random)
    {
        var members = Enumerable.Range(1, random.Next(1, 6)).Select(number => new Member(
            new MemberId((ulong)number), new NodeId((ulong)number), $"{number}", $"host{number}:2379", $"host{number}:2379", MemberRole.Voter));
        return new Draft(new Ballot(3, new NodeId(1)), new ClusterId(99), new Configuration(members, []));
    }

    public override byte[] Seal(byte[] input)
    {
        if (input.Length < HeaderBytes)
            return input;
        var length = Math.Clamp(BinaryPrimitives.ReadInt32LittleEndian(input.AsSpan(12)), 0, input.Length - HeaderBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(input.AsSpan(24), Crc32C.Compute(input.AsSpan(HeaderBytes, length)));
        BinaryPrimitives.WriteUInt32LittleEndian(input.AsSpan(32), Crc32C.Compute(input.AsSpan(0, 32)));
        return input;
    }

    public override void Parse(byte[] input)
    {
        var (identity, sequence) = IdentityFormat.Read(input);
        var written = IdentityFormat.Write(identity, sequence);
        var again = IdentityFormat.Read(written.Span);
        Require(IdentityFormat.Write(again.Identity, again.Sequence).Span.SequenceEqual(written.Span), "an identity that was read is written as another");
    }

    public override bool IsDeclared(Exception exception) => exception is FormatException or NotSupportedException;
}
