using Lutra.Node.Identity;
using Lutra.Raft;

namespace Lutra.Node.Formation;

/// <summary>
/// The bytes of a <see cref="Draft"/>, on disk and on the wire: u64 ballot number, u64 drafter, u128 cluster id, u16 length of what follows, and the
/// configuration in its own bytes (<see cref="Configuration.Encode"/>). Every member is a voter, bound, with a label and an address of its own kind.
/// </summary>
internal static class DraftFormat
{
    /// <summary>The most bytes of an address, so that a draft of the most members fits into its u16 and into an identity.</summary>
    public const int AddressBytesMax = 300;

    public static void Write(FieldWriter writer, Draft draft)
    {
        writer.UInt64(draft.Ballot.Number);
        writer.UInt64(draft.Ballot.Drafter.Value);
        writer.UInt128(draft.Cluster.Value);
        writer.Block(draft.Configuration.Encode());
    }

    /// <exception cref="FormatException">The bytes are no draft, or one that no drafter makes.</exception>
    public static Draft Read(ref FieldReader reader)
    {
        var ballot = new Ballot(reader.UInt64(), new NodeId(reader.UInt64()));
        var cluster = new ClusterId(reader.UInt128());
        var configuration = Configuration.Decode(reader.Block());

        Require(ballot.Number > 0, "its ballot is 0");
        Require(cluster.Value != 0, "its cluster id is 0");
        Require(configuration.Members.Length is > 0 and <= Draft.MembersMax, $"it has {configuration.Members.Length} members");
        Require(!configuration.IsJoint, "it is joint");
        foreach (var member in configuration.Members)
            RequireMember(member);
        Require(configuration.Members.DistinctBy(member => member.Label).Count() == configuration.Members.Length, "a label stands there twice");
        Require(configuration.IsVoter(ballot.Drafter), "its drafter is no member");
        return new Draft(ballot, cluster, configuration);
    }

    public static bool IsShort(string address) => System.Text.Encoding.UTF8.GetByteCount(address) <= AddressBytesMax;

    private static void RequireMember(Member member)
    {
        Require(member is { Role: MemberRole.Voter, Node: not null }, "a member is no voter, or not bound");
        Require(Label.TryParse(member.Label, out _) is not null, "a member has an impossible label");
        Require(PeerAddress.TryParse(member.PeerAddress, out _) is not null, "a member has no address");
        Require(IsShort(member.PeerAddress) && IsShort(member.ClientAddress), $"an address has more than {AddressBytesMax} bytes");
    }

    private static void Require(bool holds, string fault)
    {
        if (!holds)
            throw new FormatException($"This is no draft of a cluster: {fault}.");
    }
}
