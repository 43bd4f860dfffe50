namespace Lutra.Raft;

/// <summary>A voter without a leader that asks who would vote for it, before it disturbs anybody by a new term (Raft thesis, section 9.6).</summary>
internal sealed class PreCandidate(Replica replica, bool isFirstAttempt) : Role(replica)
{
    private readonly VoteTally votes = new();

    public override RoleName Name => RoleName.PreCandidate;

    public void Begin()
    {
        votes.Grant(Replica.Id);
        foreach (var voter in Replica.Configuration.Voters.Union(Replica.Configuration.OutgoingVoters).Remove(Replica.Id))
            Ask(voter);
        CampaignIfWon();
    }

    public override void Tick()
    {
        if (!Replica.Timer.Tick() && !Replica.CampaignRequested)
            return;
        Marks.PreVoteTimedOut.Hit();
        if (Replica.MayCampaign)
            Replica.BecomePreCandidate(isFirstAttempt: false);
        else
            Replica.BecomeFollower(Replica.Term, leader: null);
    }

    /// <summary>
    /// When a leader dies, all notice at once. So that they do not split the votes, equals leave it to the lowest id, once: in its first
    /// attempt it asks again instead of granting, since whoever campaigns no longer hears a leader and will now answer.
    /// </summary>
    protected override void OnPreVoteRequest(PreVoteRequest request)
    {
        var isRival = isFirstAttempt && request.Term == Replica.Term.Next && Replica.Configuration.IsVoter(request.From);
        var isEqual = request.LastEntry == Replica.Log.Last;
        var granted = WouldVoteFor(request) && !(isRival && isEqual && Replica.Id < request.From);
        AnswerPreVote(request, granted);
        if (!granted && isRival)
        {
            Marks.PreVoteLeftToLowerId.Hit();
            Ask(request.From);
        }
    }

    protected override void OnPreVoteReply(PreVoteReply reply)
    {
        if (!reply.Granted || reply.Term != Replica.Term.Next)
            return;
        votes.Grant(reply.From);
        CampaignIfWon();
    }

    private void Ask(NodeId voter) => Replica.Send(new PreVoteRequest(Replica.Id, voter, Replica.Term.Next, Replica.Log.Last));

    private void CampaignIfWon()
    {
        if (votes.IsWon(Replica.Configuration))
            Replica.BecomeCandidate(transfer: false);
    }
}
