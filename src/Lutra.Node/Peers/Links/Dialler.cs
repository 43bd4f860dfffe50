using Lutra.Raft;

namespace Lutra.Node.Peers.Links;

/// <summary>Which addresses to keep connected, and when to try the next of them.</summary>
internal sealed class Dialler(INetwork network, PeerOptions options, Random random)
{
    /// <summary>A connection that held so long was a good one: what comes after its end begins without a wait.</summary>
    private const long HeldMs = 1_000;

    private List<DialTarget> targets = [];

    public IReadOnlyList<DialTarget> Targets => targets;

    public long Attempts { get; private set; }

    /// <summary>Takes the new addresses in the place of the old; returns what is no longer asked for.</summary>
    public List<DialTarget> Set(IReadOnlyList<PeerTarget> wanted, NodeId self)
    {
        var kept = new List<DialTarget>();
        foreach (var target in wanted.Distinct())
        {
            if (target.Node != self)
                kept.Add(targets.Find(old => old.Matches(target)) ?? new DialTarget(target));
        }

        var dropped = targets.Except(kept).ToList();
        targets = kept;
        return dropped;
    }

    /// <summary>Whether a connection that this node dialled to <paramref name="node"/> at <paramref name="address"/> still serves a target.</summary>
    public bool IsWanted(NodeId node, string address) =>
        targets.Exists(target => target.Node == node || (target.Expected is null && target.Address == address));

    /// <summary>Whether <paramref name="node"/> was the last to answer at <paramref name="address"/>.</summary>
    public bool Answered(NodeId node, string address) => targets.Exists(target => target.Node == node && target.Address == address);

    /// <summary>Dials what is due. <paramref name="isConnected"/> says whether a peer needs no attempt.</summary>
    public void DialDue(long nowMs, Func<NodeId, bool> isConnected, Func<DialTarget, PeerLink> newLink)
    {
        foreach (var target in targets)
        {
            if (!NeedsDial(target, isConnected) || nowMs < target.NextDialMs)
                continue;

            target.Attempts++;
            Attempts++;
            target.Link = newLink(target);
            network.Dial(target.Address, target.Link);
        }
    }

    public long DueMs(Func<NodeId, bool> isConnected)
    {
        var due = long.MaxValue;
        foreach (var target in targets)
        {
            if (NeedsDial(target, isConnected))
                due = Math.Min(due, target.NextDialMs);
        }

        return due;
    }

    public void AttemptFailed(DialTarget target, long nowMs) => target.NextDialMs = nowMs + target.BackoffMs(options, random);

    /// <summary>
    /// The last connection with a peer ended, after <paramref name="heldMs"/>. It is dialled again at once, unless its connections keep ending soon
    /// after they began.
    /// </summary>
    public void PeerLost(NodeId peer, long heldMs, bool mayHaveDied, long nowMs)
    {
        foreach (var target in targets)
        {
            if (target.Node != peer)
                continue;

            if (heldMs >= HeldMs)
                target.Attempts = 0;
            target.NextDialMs = nowMs + target.BackoffMs(options, random);
            target.Mourned = mayHaveDied ? peer : null;
        }
    }

    private static bool NeedsDial(DialTarget target, Func<NodeId, bool> isConnected) =>
        !target.IsSelf && target.Link is null && !(target.Node is { } node && isConnected(node));
}
