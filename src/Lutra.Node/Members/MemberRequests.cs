using Lutra.Node.Formation;
using Lutra.Node.Peers;
using Lutra.Node.Requests;
using Lutra.Raft;

namespace Lutra.Node.Members;

/// <summary>
/// Brings changes of members to the leader and its answers back. Every change may be asked for again without harm, so one whose answer was lost, or whose leader
/// fell, is asked again until its deadline. Loop only.
/// </summary>
internal sealed class MemberRequests(RaftNode raft, MemberChanges changes, PeerExchange peers, NodeClock clock, LutraNodeOptions options, RequestNumbers numbers)
{
    /// <summary>The most changes of this node's clients at once.</summary>
    public const int WaitingMax = 64;

    private readonly List<Request> requests = [];

    public void Submit(ClientMemberChange change)
    {
        if (requests.Count >= WaitingMax)
            change.Answered(MemberAnswer.Refuse(LutraError.Overloaded, $"{WaitingMax} changes of members wait on this node already. Nothing was done."));
        else
            requests.Add(new Request(change, Known(change.Change)) { Own = OwnIn(change.Change) });
    }

    /// <summary>A node that does not lead asks.</summary>
    public void Receive(NodeId from, MemberChangeFrame frame) => changes.Submit(
        frame.Change, frame.IsRepeated, answer => peers.Send(from, new MemberAnswerFrame(frame.Request, answer)));

    public void Receive(MemberAnswerFrame reply) => Answered(reply.Request, reply.Answer);

    /// <summary>After a batch of inputs.</summary>
    public void Flush()
    {
        foreach (var request in requests.ToArray())
        {
            if (request.Answer is not null)
                FinishOnceKnownHere(request);
            else if (request.Number is null && raft.Leader is { } leader && clock.NowMillis >= request.AskAtMillis)
            {
                if (request is { Asked: AdmitNode, WasAsked: true })
                {
                    // The node asks again by itself; asked again from here, it could be taken in once more after it was removed.
                    End(request, MemberAnswer.AskAgain(request.Trouble ?? "The leader did not answer."));
                }
                else if (request is { Asked: MoveLeader { To: null }, AskedOf: { } before } && before != leader)
                {
                    // Asked again, the new leader would hand over once more.
                    End(request, new MemberAnswer(null, null, default, true, leader, raft.ConfigurationIndex, raft.Configuration));
                }
                else
                {
                    Ask(request, leader);
                }
            }
        }
    }

    /// <summary>What was asked of another is asked of the leader that is known now.</summary>
    public void LeaderChanged()
    {
        foreach (var request in requests)
            request.Number = null;
    }

    /// <summary>
    /// The others told this node that it is no member any more. Who asked for that here is answered by it: they need not keep a connection with a node that they
    /// removed, and the leader's answer may be lost with it.
    /// </summary>
    public void Removed(Removal removal)
    {
        foreach (var request in requests.ToArray())
        {
            if (request.Own is { } own)
                End(request, new MemberAnswer(null, null, own, true, raft.Leader, removal.At, removal.Members));
        }
    }

    public void Tick(long nowMillis)
    {
        foreach (var request in requests.ToArray())
        {
            if (request.Number is not null && nowMillis - request.AskedMillis >= 2 * options.ElectionTimeoutMillis)
                request.Number = null;
            if (nowMillis >= request.Change.DeadlineMillis)
                End(request, request.Answer ?? Overdue(request));
        }
    }

    public void Stop()
    {
        foreach (var request in requests.ToArray())
            End(request, request.Answer ?? (request.WasAsked ? Unknown("The node is stopping.") : MemberAnswer.Refuse(LutraError.Stopped, "The node is stopping. Nothing was done.")));
    }

    private void Ask(Request request, NodeId leader)
    {
        var number = numbers.Next();
        var isRepeated = request.WasAsked;
        (request.Number, request.AskedMillis, request.AskedOf) = (number, clock.NowMillis, leader);
        if (leader == raft.Id)
            changes.Submit(request.Asked, isRepeated, answer => Answered(number, answer));
        else
            peers.Send(leader, new MemberChangeFrame(number, isRepeated, request.Asked));
    }

    private void Answered(ulong number, MemberAnswer answer)
    {
        if (requests.Find(request => request.Number == number) is not { } request)
            return;
        if (answer.Error == LutraError.Unavailable)
        {
            request.Number = null;
            request.Trouble = answer.Message;
            request.AskAtMillis = clock.NowMillis + options.HeartbeatIntervalMillis;
        }
        else if (answer.Error is not null)
            End(request, answer);
        else
        {
            request.Answer = answer;
            FinishOnceKnownHere(request);
        }
    }

    /// <summary>Who asked sees the change on this node, too, unless this node is no member any more and will never see it.</summary>
    private void FinishOnceKnownHere(Request request)
    {
        var answer = request.Answer!;
        var isKnown = request.Asked is MoveLeader
            ? raft.Leader == answer.Leader
            : raft.ConfigurationIndex >= answer.At && raft.Commit >= answer.At;
        if (isKnown || answer.Members.MemberOf(raft.Id) is null)
            End(request, answer);
    }

    private void End(Request request, MemberAnswer answer)
    {
        requests.Remove(request);
        request.Change.Answered(answer);
    }

    private static MemberAnswer Overdue(Request request)
    {
        var why = request.Trouble ?? "The leader did not answer in time: a majority may not be up.";
        return request.WasAsked ? Unknown(why) : MemberAnswer.AskAgain($"{why} Nothing was done.");
    }

    private static MemberAnswer Unknown(string why) => MemberAnswer.Refuse(
        LutraError.OutcomeUnknown, $"{why} The change may or may not be done: look at the list of members, or ask for it again, which does no harm.");

    /// <summary>Names a member by what never changes, so that a repeated change does not meet another one of that name.</summary>
    private MemberChange Known(MemberChange change) => change switch
    {
        RemoveMember remove => remove with { Member = IdOf(remove.Member) },
        ReplaceMember replace => replace with { Member = IdOf(replace.Member) },
        MoveMember move => move with { Member = IdOf(move.Member) },
        _ => change,
    };

    /// <summary>This node's own id, where it is what is to be removed.</summary>
    private MemberId? OwnIn(MemberChange change) =>
        change is RemoveMember remove && MemberPlanner.Find(raft.Configuration, remove.Member) is { } member && member.Node == raft.Id ? member.Id : null;

    private string IdOf(string name) => MemberPlanner.Find(raft.Configuration, name)?.Id.ToString() ?? name;

    private sealed class Request(ClientMemberChange change, MemberChange asked)
    {
        public ClientMemberChange Change { get; } = change;

        /// <summary>What the leader is asked.</summary>
        public MemberChange Asked { get; } = asked;

        /// <summary>The id of this node, where it asks to be removed itself; else null.</summary>
        public MemberId? Own { get; init; }

        /// <summary>Under which it was asked; null: it has to be asked.</summary>
        public ulong? Number { get; set; }

        /// <summary>Whom it was asked of last.</summary>
        public NodeId? AskedOf { get; set; }

        public bool WasAsked => AskedOf is not null;

        public long AskedMillis { get; set; }

        public long AskAtMillis { get; set; }

        public string? Trouble { get; set; }

        /// <summary>The change is done; it is told once it can be seen here.</summary>
        public MemberAnswer? Answer { get; set; }
    }
}
