using Lutra.Node.Peers;
using Lutra.Raft;

namespace Lutra.Node.Members;

/// <summary>
/// Changes of members at the leader: one at a time, in the order in which they came, each answered once it is committed and no joint phase is left. A hand-over
/// of leadership waits in the same line, since the log must stand still for it. Loop only.
/// </summary>
internal sealed class MemberChanges(RaftNode raft, PeerExchange peers, NodeClock clock, Random random, long patienceMillis)
{
    /// <summary>The most changes that wait.</summary>
    public const int WaitingMax = 64;

    private readonly Queue<Waiting> waiting = [];
    private UnderWay? underWay;

    /// <summary>Nothing waits and nothing is under way: the leader may do what is its own duty.</summary>
    public bool IsIdle => waiting.Count == 0 && underWay is null;

    /// <param name="isRepeated">It was asked for before, of this leader or another.</param>
    /// <param name="answered">Called once, with what became of it.</param>
    public void Submit(MemberChange change, bool isRepeated, Action<MemberAnswer> answered)
    {
        if (raft.Role != RoleName.Leader)
            answered(MemberAnswer.AskAgain("This node does not lead."));
        else if (waiting.Count >= WaitingMax)
            answered(MemberAnswer.Refuse(LutraError.Overloaded, $"{WaitingMax} changes of members wait already. Nothing was done."));
        else
            waiting.Enqueue(new Waiting(change, isRepeated, answered, clock.NowMillis + patienceMillis));
    }

    /// <summary>After a batch of inputs: what is done is answered, and the next in line begins.</summary>
    public void Flush()
    {
        if (underWay is not null)
            Follow(underWay);
        while (underWay is null && waiting.TryPeek(out var next))
        {
            if (raft.Role != RoleName.Leader)
                waiting.Dequeue().Answered(MemberAnswer.AskAgain("This node leads no more."));
            else if (clock.NowMillis >= next.DeadlineMillis)
                waiting.Dequeue().Answered(MemberAnswer.AskAgain("Another change of members has not ended yet."));
            else if (Begin(next))
                waiting.Dequeue();
            else
                return;
        }
    }

    /// <returns>False: not yet.</returns>
    private bool Begin(Waiting next)
    {
        if (next.Change is MoveLeader move)
            return BeginMove(next, move);
        if (next.Change is AdmitNode admit && IsFromBeforeItsRemoval(admit))
        {
            Marks.StaleRequestToJoinRefused.Hit();
            next.Answered(MemberAnswer.AskAgain("Members were changed since the node asked: it asks again by itself, unless it was a member meanwhile and was removed."));
            return true;
        }

        var plan = new MemberPlanner(raft.Configuration, next.IsRepeated, node => node == raft.Id || peers.HelloOf(node) is not null, random).Plan(next.Change);
        if (plan.Error is { } error)
        {
            next.Answered(MemberAnswer.Refuse(error, plan.Message!));
            return true;
        }

        if (plan.Target is null)
        {
            // What it finds may not be committed yet.
            if (!IsSettled)
                return false;
            next.Answered(Done(plan.Member, changed: next.IsRepeated));
            return true;
        }

        var result = raft.ProposeConfiguration(plan.Target);
        switch (result.Outcome)
        {
            case ProposeOutcome.Appended:
                underWay = new UnderWay(next, plan.Member, result.Position, null);
                return true;
            case ProposeOutcome.ConfigurationInvalid:
                next.Answered(MemberAnswer.Refuse(LutraError.ChangeRefused, $"The change is refused: {result.Reason}."));
                return true;
            default:
                return false;
        }
    }

    // Removed nodes end, and never come back as what they were: taken in again, it would be a member that nobody can reach.
    private bool IsFromBeforeItsRemoval(AdmitNode admit) =>
        raft.Configuration.MemberOf(admit.Node) is null && raft.MayHaveBeenMemberSince(admit.Node, admit.AsOf);

    private bool BeginMove(Waiting next, MoveLeader move)
    {
        var target = move.To is null ? null : MemberPlanner.Find(raft.Configuration, move.To);
        if (move.To is not null && target is null)
        {
            next.Answered(MemberAnswer.Refuse(LutraError.MemberNotFound, $"There is no member '{Formation.PlainText.Of(move.To)}'."));
            return true;
        }

        if (target is { Role: not MemberRole.Voter })
        {
            next.Answered(MemberAnswer.Refuse(LutraError.ChangeRefused, $"Member {MemberPlanner.NameOf(target)} is no voter, and only a voter can lead."));
            return true;
        }

        if (target is not null && target.Node == raft.Id)
        {
            next.Answered(Done(target.Id, changed: next.IsRepeated));
            return true;
        }

        if (!raft.CommittedInTerm || raft.IsTransferring || !IsSettled)
            return false;
        if (!raft.TransferLeadership(target?.Node))
        {
            next.Answered(MemberAnswer.Refuse(LutraError.ChangeRefused, "There is no other voter that answers and could lead."));
            return true;
        }

        underWay = new UnderWay(next, default, new LogPosition(raft.Last.Index, raft.Term), target?.Node);
        return true;
    }

    private void Follow(UnderWay change)
    {
        if (change.Asked.Change is MoveLeader)
            FollowMove(change);
        else if (raft.Term == change.Position.Term && raft.Commit >= change.Position.Index && IsSettled)
            End(change, Done(change.Member, changed: true));
        else if (raft.Role != RoleName.Leader || raft.Term != change.Position.Term)
            End(change, MemberAnswer.AskAgain("The leader changed before the change was known to be committed."));
    }

    private void FollowMove(UnderWay change)
    {
        if (raft.Role == RoleName.Leader && raft.Term == change.Position.Term)
        {
            if (!raft.IsTransferring)
                End(change, MemberAnswer.Refuse(LutraError.ChangeRefused, "The hand-over was given up: the other node did not take over within an election timeout. This node goes on to lead."));
        }
        else if (raft.Leader is { } leader)
        {
            End(change, change.Successor is { } wanted && wanted != leader
                ? MemberAnswer.Refuse(LutraError.ChangeRefused, "Another node was elected than the one that was asked for.")
                : Done(default, changed: true));
        }
    }

    private void End(UnderWay change, MemberAnswer answer)
    {
        underWay = null;
        change.Asked.Answered(answer);
    }

    private MemberAnswer Done(MemberId member, bool changed) =>
        new(null, null, member, changed, raft.Leader, raft.ConfigurationIndex, raft.Configuration);

    /// <summary>The configuration in force is committed and not joint.</summary>
    private bool IsSettled => !raft.Configuration.IsJoint && raft.ConfigurationIndex <= raft.Commit;

    private sealed record Waiting(MemberChange Change, bool IsRepeated, Action<MemberAnswer> Answered, long DeadlineMillis);

    private sealed record UnderWay(Waiting Asked, MemberId Member, LogPosition Position, NodeId? Successor);
}
