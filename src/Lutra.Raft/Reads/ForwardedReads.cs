namespace Lutra.Raft;

/// <summary>
/// Reads that this node asked its leader about. What gathers between two outputs goes as one question, named by its first read. Each
/// read is answered: by the leader, or by a refusal when the leader is gone or silent (never by nothing: pitfall R01).
/// </summary>
internal sealed class ForwardedReads(int readsMax)
{
    private readonly Queue<Question> open = new();
    private List<ulong> gathering = [];
    private int count;

    public bool TryAdd(ulong read)
    {
        if (count >= readsMax)
            return false;
        count++;
        gathering.Add(read);
        return true;
    }

    /// <summary>The number under which the gathered reads are to be asked for; null: none have gathered.</summary>
    public ulong? Ask(long nowTick)
    {
        if (gathering.Count == 0)
            return null;
        open.Enqueue(new Question(gathering[0], gathering, nowTick));
        var number = gathering[0];
        gathering = [];
        return number;
    }

    /// <summary>Answers the reads asked under <paramref name="number"/>; an answer that nobody waits for is let go.</summary>
    public void Answer(ulong number, LogIndex? index, List<ReadAnswer> answers)
    {
        // Answers come in the order of the questions unless one was lost, so the first is nearly always the one.
        if (open.TryPeek(out var oldest) && oldest.Number == number)
        {
            Answer(open.Dequeue().Reads, index, answers);
            return;
        }

        Marks.ReadAnswerOutOfOrder.Hit();
        for (var i = open.Count; i > 0; i--)
        {
            var question = open.Dequeue();
            if (question.Number == number)
                Answer(question.Reads, index, answers);
            else
                open.Enqueue(question);
        }
    }

    /// <summary>Refuses what was asked before <paramref name="tick"/>.</summary>
    public void RefuseBefore(long tick, List<ReadAnswer> answers)
    {
        while (open.TryPeek(out var oldest) && oldest.AskedAtTick < tick)
            Answer(open.Dequeue().Reads, null, answers);
    }

    public void RefuseAll(List<ReadAnswer> answers)
    {
        RefuseBefore(long.MaxValue, answers);
        Answer(gathering, null, answers);
        gathering = [];
    }

    private void Answer(List<ulong> reads, LogIndex? index, List<ReadAnswer> answers)
    {
        count -= reads.Count;
        foreach (var read in reads)
            answers.Add(new ReadAnswer(read, index));
    }

    private readonly record struct Question(ulong Number, List<ulong> Reads, long AskedAtTick);
}
