namespace Lutra.Raft;

/// <summary>
/// A node that is no voter, as far as it knows: it follows and votes when asked (it may have become a voter without knowing, pitfall
/// M09), but never campaigns.
/// </summary>
internal sealed class Learner(Replica replica, Following following) : FollowingRole(replica, following)
{
    public override RoleName Name => RoleName.Learner;

    public override void Tick()
    {
        Following.Tick();
        Replica.CampaignRequested = false;
        if (!Replica.Timer.Tick())
            return;

        // A follower would campaign now. A learner only stops naming a leader that it no longer hears.
        Marks.LearnerLostItsLeader.Hit();
        Replica.Timer.Redraw();
        Following.LeaveLeader();
    }

    public override void OnPeerDied(NodeId peer)
    {
        if (Following.Leader == peer)
            Following.LeaveLeader();
    }
}
