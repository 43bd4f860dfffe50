using Lutra.Node.Requests;

namespace Lutra.Node.Leases;

/// <summary>
/// Questions that share one read index at the leader: only a leader that was confirmed after they came may renew a lease, or say that it is gone. Else one
/// that was deposed without knowing it would renew what its successor ends.
/// </summary>
internal sealed class LeaseRound : ClientRead
{
    private readonly LeaseClock clock;
    private readonly IReadOnlyList<LeaseQuestion> questions;
    private readonly Action<LeaseAnswer[]> answered;
    private readonly LeaseAnswer[] answers;
    private int open;

    public LeaseRound(LeaseClock clock, IReadOnlyList<LeaseQuestion> questions, long deadlineMillis, Action<LeaseAnswer[]> answered)
    {
        this.clock = clock;
        this.questions = questions;
        this.answered = answered;
        answers = new LeaseAnswer[questions.Count];
        open = questions.Count;
        DeadlineMillis = deadlineMillis;
    }

    public override void Ready()
    {
        for (var at = 0; at < questions.Count; at++)
        {
            var place = at;
            clock.Ask(questions[at], answer => Answered(place, answer));
        }
    }

    public override void Failed(LutraError error, string message)
    {
        Array.Fill(answers, new LeaseAnswer(error == LutraError.Stopped ? error : LutraError.Unavailable, message, 0, 0));
        answered(answers);
    }

    private void Answered(int place, LeaseAnswer answer)
    {
        answers[place] = answer;
        if (--open == 0)
            answered(answers);
    }
}
