namespace Lutra.Raft.Tests.Arithmetic;

public sealed class ReadQueueTests
{
    private static readonly NodeId Self = new(1);
    private readonly List<ReadAnswer> answers = [];

    [Fact]
    public void R02_reads_wait_for_a_round_that_began_after_they_came()
    {
        var reads = new LeaderReads(10);
        reads.TryAdd(new WaitingRead(Self, 1));
        reads.StartRound(new LogIndex(5));
        reads.TryAdd(new WaitingRead(Self, 2));
        Assert.Equal([1UL], reads.TakeConfirmed(1)!.Value.Reads.Select(read => read.Read));
        Assert.Null(reads.TakeConfirmed(1));

        reads.StartRound(new LogIndex(6));
        Assert.Null(reads.TakeConfirmed(1));
        var second = reads.TakeConfirmed(2)!.Value;
        Assert.Equal((new LogIndex(6), 2UL), (second.Index, second.Reads.Single().Read));
    }

    [Fact]
    public void A_later_round_confirms_the_earlier_ones()
    {
        var reads = new LeaderReads(10);
        for (var read = 1UL; read <= 3; read++)
        {
            reads.TryAdd(new WaitingRead(Self, read));
            reads.StartRound(new LogIndex(read));
        }

        Assert.Equal(1UL, reads.TakeConfirmed(2)!.Value.Number);
        Assert.Equal(2UL, reads.TakeConfirmed(2)!.Value.Number);
        Assert.Null(reads.TakeConfirmed(2));
        Assert.Equal([3UL], reads.TakeAll().Select(read => read.Read));
        Assert.False(reads.IsWaiting);
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(3, true)]
    [InlineData(4, false)]
    public void Waiting_reads_are_bounded(int waiting, bool expected)
    {
        var leader = new LeaderReads(3);
        var forwarded = new ForwardedReads(3);
        for (var read = 1; read < waiting; read++)
        {
            leader.TryAdd(new WaitingRead(Self, (ulong)read));
            forwarded.TryAdd((ulong)read);
            if (read == 1)
            {
                leader.StartRound(LogIndex.Zero);
                forwarded.Ask(nowTick: 0);
            }
        }

        Assert.Equal(expected, leader.TryAdd(new WaitingRead(Self, 99)));
        Assert.Equal(expected, forwarded.TryAdd(99));
    }

    [Fact]
    public void An_answer_goes_to_all_reads_of_its_question_and_to_no_other()
    {
        var reads = new ForwardedReads(10);
        reads.TryAdd(1);
        reads.TryAdd(2);
        Assert.Equal(1UL, reads.Ask(nowTick: 0));
        Assert.Null(reads.Ask(nowTick: 0));
        reads.TryAdd(3);
        Assert.Equal(3UL, reads.Ask(nowTick: 0));

        reads.Answer(3, new LogIndex(9), answers);
        reads.Answer(2, new LogIndex(9), answers);
        reads.Answer(3, new LogIndex(9), answers);
        Assert.Equal([new ReadAnswer(3, new LogIndex(9))], answers);
        reads.Answer(1, null, answers);
        Assert.Equal([new ReadAnswer(1, null), new ReadAnswer(2, null)], answers[1..]);
    }

    [Fact]
    public void R01_whatever_waits_is_refused_once_when_its_leader_is_gone_or_silent()
    {
        var reads = new ForwardedReads(3);
        reads.TryAdd(1);
        reads.Ask(nowTick: 10);
        reads.TryAdd(2);
        reads.Ask(nowTick: 20);
        reads.TryAdd(3);
        reads.RefuseBefore(tick: 15, answers);
        Assert.Equal([new ReadAnswer(1, null)], answers);
        reads.RefuseAll(answers);
        Assert.Equal([new ReadAnswer(1, null), new ReadAnswer(2, null), new ReadAnswer(3, null)], answers);
        reads.RefuseAll(answers);
        Assert.Equal(3, answers.Count);
        Assert.True(reads.TryAdd(4));
    }
}
