using System.Collections.Immutable;
using Lutra.Node.Identity;
using Lutra.Raft;

namespace Lutra.Node.Formation;

/// <summary>A node that the list came out to.</summary>
internal sealed record ListedNode(NodeId Node, Label Label, string PeerAddress, string ClientAddress);

/// <summary>
/// What a node's list comes out to at a moment: whoever answers at its addresses, and the node itself. Lists are compared as the sets of nodes that
/// they come out to, never by spelling.
/// </summary>
internal sealed class ListedView
{
    public ListedView(FormationSelf self, IReadOnlyList<Seat> seats)
    {
        var nodes = new SortedDictionary<NodeId, ListedNode>
        {
            [self.Node] = new(self.Node, self.Label, self.PeerAddress, self.ClientAddress),
        };
        var faults = ImmutableArray.CreateBuilder<string>();
        foreach (var seat in seats)
        {
            if (seat.LabelThere(self) is { } there && seat.Entry.Label is { } listed && listed != there)
                faults.Add($"{seat.Address} is listed as {listed}, but the node there has --id={there}: correct the list, or start that node with --id={listed}.");
            if (seat.Hello is { HasBegun: false } other && other.BaseState != self.BaseState)
                faults.Add(BaseStateText.Differs(self, other, seat.Address));
            if (seat.Hello is { } hello)
                nodes[hello.Node] = new(hello.Node, Label.Parse(hello.Label), hello.PeerAddress, hello.ClientAddress);
        }
        Nodes = [.. nodes.Values];
        Set = [.. nodes.Keys];
        foreach (var claims in Nodes.GroupBy(node => node.Label).Where(claims => claims.Count() > 1).OrderBy(claims => claims.Key))
        {
            var claimants = string.Join(" and ", claims.Select(node => $"node {node.Node} at {PlainText.Of(node.PeerAddress)}"));
            faults.Add($"Two nodes claim id {claims.Key}: {claimants}. Start each with an --id of its own.");
        }
        Unheard = [.. seats.Where(seat => seat.Node(self) is null)];
        Faults = faults.ToImmutable();
        First = Nodes.MinBy(node => node.Label)!;
    }

    /// <summary>In the order of their ids.</summary>
    public ImmutableArray<ListedNode> Nodes { get; }

    public ImmutableSortedSet<NodeId> Set { get; }

    /// <summary>The addresses where nobody has answered.</summary>
    public ImmutableArray<Seat> Unheard { get; }

    /// <summary>What speaks against the list, in plain words.</summary>
    public ImmutableArray<string> Faults { get; }

    /// <summary>The node with the smallest label: it drafts.</summary>
    public ListedNode First { get; }

    public bool IsSettled => Unheard.IsEmpty && Faults.IsEmpty;

    /// <summary>Whether a draft says of every node what is true now.</summary>
    public bool IsMatchedBy(Draft draft) =>
        Set.SetEquals(MembersOf(draft)) && Nodes.All(node => draft.MemberOf(node.Node) is { } member
            && (member.Label, member.PeerAddress, member.ClientAddress) == (node.Label.Text, node.PeerAddress, node.ClientAddress));

    /// <summary>Whether a draft has exactly these nodes, and was made by the one that drafts.</summary>
    public bool IsDraftedBy(Draft draft) => draft.Ballot.Drafter == First.Node && Set.SetEquals(MembersOf(draft));

    /// <summary>Whether another node's list came out to the same nodes.</summary>
    public bool IsSharedBy(Roll roll) => roll.Settled && Set.SetEquals(roll.Entries.Select(entry => entry.Node!.Value));

    private static IEnumerable<NodeId> MembersOf(Draft draft) => draft.Configuration.Members.Select(member => member.Node!.Value);
}
