namespace Lutra.Raft;

/// <summary>A voter that follows a leader, or waits for one and in the end campaigns (Raft paper, section 5.2).</summary>
internal sealed class Follower(Replica replica, Following following) : FollowingRole(replica, following)
{
    public override RoleName Name => RoleName.Follower;

    public override void Tick()
    {
        Following.Tick();
        if (Replica.Timer.Tick() || Replica.CampaignRequested)
            Replica.BecomePreCandidate(isFirstAttempt: true);
    }

    public override void OnPeerDied(NodeId peer)
    {
        if (Following.Leader == peer)
        {
            Marks.LeaderDiedCampaignAtOnce.Hit();
            Replica.BecomePreCandidate(isFirstAttempt: true);
        }
    }

    /// <summary>The leader hands over to us, unless its request is old (pitfall E17).</summary>
    protected override void OnTimeoutNow(TimeoutNow timeout)
    {
        Marks.TransferStale.HitIf(timeout.From != Following.Leader || timeout.LastIndex != Replica.Log.Last.Index);
        if (timeout.From == Following.Leader && timeout.LastIndex == Replica.Log.Last.Index)
        {
            Marks.TransferTaken.Hit();
            Replica.BecomeCandidate(transfer: true);
        }
    }
}
