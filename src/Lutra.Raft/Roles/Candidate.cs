namespace Lutra.Raft;

/// <summary>A voter that has entered a new term, voted for itself and asks the others (Raft paper, section 5.2).</summary>
internal sealed class Candidate(Replica replica, bool transfer) : Role(replica)
{
    private readonly VoteTally votes = new();

    public override RoleName Name => RoleName.Candidate;

    public void Begin()
    {
        foreach (var voter in Replica.Configuration.Voters.Union(Replica.Configuration.OutgoingVoters).Remove(Replica.Id))
            Replica.Send(new VoteRequest(Replica.Id, voter, Replica.Term, Replica.Log.Last, transfer));
    }

    public override void Tick()
    {
        if (!Replica.Timer.Tick() && !Replica.CampaignRequested)
            return;
        Marks.CampaignTimedOut.Hit();
        if (Replica.MayCampaign)
            Replica.BecomePreCandidate(isFirstAttempt: false);
        else
            Replica.BecomeFollower(Replica.Term, leader: null);
    }

    /// <summary>The own vote counts once it is durable, like everybody's (pitfall E02).</summary>
    public override void OnHardStatePersisted()
    {
        if (!Replica.OwnVoteIsDurable)
        {
            Marks.HardStateDurableButNotOwnVote.Hit();
            return;
        }
        votes.Grant(Replica.Id);
        LeadIfWon();
    }

    protected override void OnVoteReply(VoteReply reply)
    {
        if (!reply.Granted)
        {
            Marks.VoteRefusedToCandidate.Hit();
            return;
        }
        votes.Grant(reply.From);
        LeadIfWon();
    }

    private void LeadIfWon()
    {
        if (Replica.OwnVoteIsDurable && votes.IsWon(Replica.Configuration))
            Replica.BecomeLeader(votes);
    }
}
