namespace Lutra.Raft;

/// <summary>
/// Leadership on its way to another voter (pitfall E16): no proposals from the start; <see cref="TimeoutNow"/> once the target's disk
/// holds the whole log; given up an election timeout after either, so that a dead target stops nobody for long.
/// </summary>
internal sealed class Transfer(NodeId target, long nowTick)
{
    private long sinceTick = nowTick;

    public NodeId Target { get; } = target;

    /// <summary>The target was told to campaign.</summary>
    public bool IsSent { get; private set; }

    public void Sent(long nowTick)
    {
        Invariant.Holds(!IsSent, "A target is told once.");
        IsSent = true;
        sinceTick = nowTick;
    }

    public bool IsOver(long nowTick, int electionTicks) => nowTick - sinceTick >= electionTicks;

    /// <summary>The voter that holds most of the log, of those heard of late if there are such; null: no other voter.</summary>
    public static NodeId? BestTarget(Configuration configuration, IReadOnlyList<Progress> followers, long heardSinceTick)
    {
        Progress? best = null;
        foreach (var follower in followers)
        {
            if (!configuration.Voters.Contains(follower.Node))
                continue;
            var isHeard = follower.HeardAtTick >= heardSinceTick;
            var bestIsHeard = best?.HeardAtTick >= heardSinceTick;
            if (best is null || (isHeard && !bestIsHeard) || (isHeard == bestIsHeard && follower.Matched > best.Matched))
                best = follower;
        }

        return best?.Node;
    }
}
