using System.Collections.Immutable;
using Lutra.Raft;

namespace Lutra.Node.Formation;

/// <summary>For whom a node waits before its cluster can be created, and why: a line each, for people.</summary>
internal static class WaitingLines
{
    public static ImmutableArray<string> Of(
        FormationSelf self, FormationRecord record, ListedView view, IReadOnlyList<Seat> seats, SortedDictionary<NodeId, KnownPeer> peers)
    {
        if (seats.Count == 0 && self.Join)
            return [$"Waiting to be invited (--join without --peers): have {self.PeerAddress} added to a cluster, or name its nodes with --peers."];

        var lines = ImmutableArray.CreateBuilder<string>();
        foreach (var seat in view.Unheard)
            lines.Add($"Waiting for {seat.Entry}: it has not answered{(seat.Trouble is null ? "" : $" ({PlainText.Of(seat.Trouble)})")}.");
        foreach (var seat in seats.Where(seat => seat.Hello is { HasBegun: true }))
            lines.Add($"Waiting for word from {seat.Address}: node {seat.Hello!.Label} there belongs to a cluster that has begun ({seat.Hello.Cluster}).");
        lines.AddRange(view.Faults);
        foreach (var node in view.Nodes.Where(node => node.Node != self.Node))
        {
            if (OfListed(node, view, seats, peers) is { } line)
                lines.Add(line);
        }
        foreach (var (node, peer) in peers)
        {
            if (!view.Set.Contains(node) && peer.Begun is null && peer.Roll?.Entries.Any(entry => entry.Node == self.Node) == true)
                lines.Add($"Node {peer.Hello.Label} at {PlainText.Of(peer.Hello.PeerAddress)} lists this node, but is not in its --peers: it is not counted.");
        }
        if (lines.Count == 0)
            lines.Add(view.First.Node == self.Node
                ? $"All listed nodes are here; waiting until each has stored the draft of the cluster{Missing(record, peers)}."
                : $"All listed nodes are here; waiting for {view.First.Label} at {PlainText.Of(view.First.PeerAddress)}, which has the smallest id, to create the cluster.");
        return lines.ToImmutable();
    }

    private static string? OfListed(ListedNode node, ListedView view, IReadOnlyList<Seat> seats, SortedDictionary<NodeId, KnownPeer> peers)
    {
        var name = $"{node.Label} at {PlainText.Of(node.PeerAddress)}";
        if (!peers.TryGetValue(node.Node, out var peer))
        {
            var trouble = seats.FirstOrDefault(seat => seat.Hello?.Node == node.Node)?.Trouble;
            return $"Waiting for {name}: it answered before, and is not connected now{(trouble is null ? "" : $" ({PlainText.Of(trouble)})")}.";
        }
        if (peer.Roll is not { } roll)
            return peer.Begun is null ? $"Waiting for {name} to say whom it lists." : null;
        var waitsFor = roll.Entries.Where(entry => entry.Node is null).Select(entry => PlainText.Of(entry.Address)).ToList();
        if (waitsFor.Count > 0)
            return $"Waiting for {name}, which itself waits for {string.Join(", ", waitsFor)}.";

        var theirs = roll.Entries.Where(entry => entry.Node is not null).ToList();
        var more = theirs.Where(entry => !view.Set.Contains(entry.Node!.Value)).Select(entry => $"{entry.Label} at {PlainText.Of(entry.Address)}").ToList();
        var less = view.Nodes.Where(mine => !theirs.Exists(entry => entry.Node == mine.Node)).Select(mine => $"{mine.Label} at {PlainText.Of(mine.PeerAddress)}").ToList();
        if (more.Count > 0 || less.Count > 0)
        {
            var has = more.Count > 0 ? $" it has {string.Join(", ", more)}, which this node's lacks" : "";
            var lacks = less.Count > 0 ? $" it lacks {string.Join(", ", less)}, which this node's has" : "";
            return $"The --peers of {name} differ:{has}{(has.Length > 0 && lacks.Length > 0 ? ";" : "")}{lacks}. Give all nodes the same list.";
        }
        return roll.Settled ? null : $"Waiting for {name}, which sees something wrong with its own list: look at its output.";
    }

    private static string Missing(FormationRecord record, SortedDictionary<NodeId, KnownPeer> peers)
    {
        if (record is not Drafted { Draft: var draft })
            return "";
        var missing = draft.Configuration.Members.Where(member => member.Node != draft.Ballot.Drafter
            && (!peers.TryGetValue(member.Node!.Value, out var peer) || peer.Stored != draft.Ballot)).Select(member => member.Label).ToList();
        return missing.Count == 0 ? "" : $" (missing: {string.Join(", ", missing)})";
    }
}
