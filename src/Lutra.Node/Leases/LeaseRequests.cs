using Lutra.Node.Peers;
using Lutra.Node.Requests;
using Lutra.Raft;

namespace Lutra.Node.Leases;

/// <summary>
/// Brings questions about leases to the leader, all that gathered during a step in one frame or under one read index. A question that was lost is asked again
/// until its deadline: to ask twice does no harm. Loop only.
/// </summary>
internal sealed class LeaseRequests(RaftNode raft, Reads reads, LeaseClock leases, PeerExchange peers, NodeClock clock, LutraNodeOptions options, RequestNumbers numbers)
{
    private readonly List<ClientLeaseQuestion> gathering = [];
    private readonly SortedDictionary<ulong, (ClientLeaseQuestion[] Questions, long SinceMillis)> asked = [];

    public void Submit(ClientLeaseQuestion question) => gathering.Add(question);

    /// <summary>After a batch of inputs.</summary>
    public void Flush()
    {
        if (gathering.Count == 0 || raft.Leader is not { } leader)
            return;
        for (var first = 0; first < gathering.Count; first += LeaseFrame.QuestionsMax)
        {
            var questions = gathering.GetRange(first, Math.Min(LeaseFrame.QuestionsMax, gathering.Count - first)).ToArray();
            var request = numbers.Next();
            asked.Add(request, (questions, clock.NowMillis));
            var bare = Array.ConvertAll(questions, question => question.Question);
            if (leader == raft.Id)
                AskHere(bare, answers => Answered(request, answers));
            else
                peers.Send(leader, new LeaseFrame(request, bare));
        }

        gathering.Clear();
    }

    /// <summary>A node that does not lead asks.</summary>
    public void Receive(NodeId from, LeaseFrame frame) =>
        AskHere(frame.Questions, answers => peers.Send(from, new LeaseReplyFrame(frame.Request, answers)));

    public void Receive(LeaseReplyFrame reply) => Answered(reply.Request, reply.Answers);

    /// <summary>What was asked of another is asked of the leader that is known now.</summary>
    public void LeaderChanged()
    {
        foreach (var (questions, _) in asked.Values)
            gathering.AddRange(questions);
        asked.Clear();
    }

    public void Tick(long nowMillis)
    {
        foreach (var (request, (questions, sinceMillis)) in asked.ToArray())
        {
            if (nowMillis - sinceMillis < options.ElectionTimeoutMillis)
                continue;
            asked.Remove(request);
            gathering.AddRange(questions);
        }

        End(question => question.DeadlineMillis <= nowMillis, LutraError.Unavailable, "The leader did not answer in time: a majority may not be up.");
    }

    public void Stop()
    {
        LeaderChanged();
        End(_ => true, LutraError.Stopped, "The node is stopping.");
    }

    private void AskHere(IReadOnlyList<LeaseQuestion> questions, Action<LeaseAnswer[]> answered)
    {
        if (raft.Role != RoleName.Leader)
            answered([.. questions.Select(_ => LeaseAnswer.AskAgain("This node does not lead."))]);
        else
            reads.Submit(new LeaseRound(leases, questions, clock.NowMillis + options.RequestTimeoutMillis, answered));
    }

    private void Answered(ulong request, IReadOnlyList<LeaseAnswer> answers)
    {
        if (!asked.Remove(request, out var mine) || mine.Questions.Length != answers.Count)
            return;
        for (var at = 0; at < answers.Count; at++)
        {
            // Asked again at the next tick's flush, for as long as its caller waits.
            if (answers[at].Error == LutraError.Unavailable)
                gathering.Add(mine.Questions[at]);
            else
                mine.Questions[at].Answered(answers[at]);
        }
    }

    private void End(Predicate<ClientLeaseQuestion> condition, LutraError error, string message)
    {
        foreach (var question in gathering.FindAll(condition))
            question.Answered(new LeaseAnswer(error, message, 0, 0));
        gathering.RemoveAll(condition);
    }
}
