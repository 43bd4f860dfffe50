using Lutra.Raft;

namespace Lutra.Node.Formation;

/// <summary>
/// What a node that belongs to no cluster does about one that it found and that does not name it: waits where a place is kept for it, asks to be added
/// where it was started with <c>--join</c>, and else stops and says how to join. What it is told may be old, so it stops only when that has stood for a while.
/// </summary>
internal sealed class Joining(FormationSelf self)
{
    public const int AskEveryMs = 1000;
    public const int PatienceMs = 2000;

    private long? hopelessSinceMs;
    private long askAtMs;
    private int asked;

    /// <summary>What the cluster last answered to being asked.</summary>
    public string? Refusal { get; set; }

    /// <summary>What is known to stand against joining by waiting or asking; null: nothing.</summary>
    public Stopped? Stop(ClusterBegun found, string foundAt, long nowMs)
    {
        if (PlaceIn(found) is not null || MayAsk(found))
        {
            hopelessSinceMs = null;
            return null;
        }

        hopelessSinceMs ??= nowMs;
        return nowMs - hopelessSinceMs < PatienceMs ? null : new Stopped(StopText.Of(self, found, foundAt));
    }

    /// <summary>Which of the members that were found to ask now; null: none, now.</summary>
    public NodeId? Ask(ClusterBegun found, IReadOnlyList<NodeId> finders, long nowMs)
    {
        if (nowMs < askAtMs || !MayAsk(found))
            return null;
        askAtMs = nowMs + AskEveryMs;
        return finders[asked++ % finders.Count];
    }

    public string WaitingLine(ClusterBegun found, string foundAt)
    {
        var cluster = $"the cluster {found.Draft.Cluster} at {foundAt}";
        if (PlaceIn(found) is { } place)
            return $"Waiting for the leader of {cluster}, where member {place.Id} at {self.PeerAddress} is kept for this node.";
        if (!MayAsk(found))
            return $"Found {cluster}, which has no place for this node; looks again before it stops.";
        return Refusal is { } refusal
            ? $"Asked {cluster} to be added; it says: {PlainText.Of(refusal)}"
            : $"Asked {cluster} to be added, and waits for its answer.";
    }

    /// <summary>A node that begins with a state of its own can join no other cluster.</summary>
    private bool MayAsk(ClusterBegun found) => self.Join && self.BaseState == 0 && NamesakeIn(found) is null;

    /// <summary>The member without a node that stands at this node's address.</summary>
    private Member? PlaceIn(ClusterBegun found) => self.BaseState != 0 || NamesakeIn(found) is not null ? null : found.Members.Members.FirstOrDefault(member =>
        member.Node is null && member.PeerAddress == self.PeerAddress && (member.Label.Length == 0 || member.Label == self.Label.Text || !self.LabelGiven));

    /// <summary>Another node that has this one's label.</summary>
    private Member? NamesakeIn(ClusterBegun found) => found.Members.Members.FirstOrDefault(member =>
        member.Label == self.Label.Text && (member.Node is not null || member.PeerAddress != self.PeerAddress));
}
