using System.Buffers.Binary;
using Lutra.Raft;

namespace Lutra.Node.Formation;

/// <summary>Makes a draft of a cluster of the nodes that are listed: all of them voters, under ids that are drawn.</summary>
internal static class DraftMaker
{
    public static Draft Make(ListedView view, Ballot ballot, Random random)
    {
        var ids = new SortedSet<ulong>();
        while (ids.Count < view.Nodes.Length)
        {
            if (Draw(random) is var id and not 0)
                ids.Add(id);
        }

        var members = view.Nodes.Zip(ids, (node, id) =>
            new Member(new MemberId(id), node.Node, node.Label.Text, node.PeerAddress, node.ClientAddress, MemberRole.Voter));
        // 128 random bits are 0 as seldom as they are those of another cluster.
        return new Draft(ballot, new ClusterId(new UInt128(Draw(random), Draw(random))), new Configuration(members, []));
    }

    private static ulong Draw(Random random)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        random.NextBytes(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }
}
