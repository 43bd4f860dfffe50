using Lutra.Raft;

namespace Lutra.Node.Requests;

/// <summary>
/// Linearizable reads: all that gathered while the loop was busy share one read index, then wait until this node has applied it. A refused
/// read index is asked for again under a new number, until the read's deadline: reads may be repeated freely. Loop only.
/// </summary>
internal sealed class Reads(RaftNode raft, NodeClock clock, LutraNodeOptions options, RequestNumbers numbers)
{
    private readonly Dictionary<ulong, (List<ClientRead> Reads, long SinceMillis)> confirming = [];
    private readonly PriorityQueue<List<ClientRead>, ulong> applying = new();
    private readonly List<ulong> overdue = [];
    private readonly List<ClientRead> refused = [];
    private List<ClientRead> gathering = [];
    private LogIndex applied;

    public void Submit(ClientRead read) => gathering.Add(read);

    /// <summary>After a batch of inputs: one read index for all that gathered.</summary>
    public void Flush()
    {
        if (gathering.Count == 0 || raft.Leader is null)
            return;
        var read = numbers.Next();
        confirming.Add(read, (gathering, clock.NowMillis));
        gathering = [];
        raft.RequestRead(read);
    }

    public void Answer(ReadAnswer answer)
    {
        if (!confirming.Remove(answer.Read, out var asked))
            return;
        var reads = asked.Reads;
        if (answer.Index is not { } index)
        {
            Marks.ReadIndexRefused.Hit();
            refused.AddRange(reads); // Asked for again at the next tick.
        }
        else if (index <= applied)
            Ready(reads);
        else
        {
            Marks.ReadWaitsForApply.Hit();
            applying.Enqueue(reads, index.Value);
        }
    }

    /// <summary>Readers now see everything up to <paramref name="upTo"/>.</summary>
    public void Applied(LogIndex upTo)
    {
        applied = upTo;
        while (applying.TryPeek(out var reads, out var index) && index <= upTo.Value)
        {
            applying.Dequeue();
            Ready(reads);
        }
    }

    /// <summary>Ends what waited too long, and asks again for what was refused, or was not answered for an election timeout: the answer may be lost.</summary>
    public void Tick(long nowMillis)
    {
        foreach (var (read, asked) in confirming)
        {
            if (nowMillis - asked.SinceMillis >= options.ElectionTimeoutMillis)
                overdue.Add(read);
        }

        AskAgain();
        gathering.AddRange(refused);
        refused.Clear();
        EndOverdue(gathering, nowMillis);
    }

    /// <summary>Another leader, or none: what was asked of the old one is asked again.</summary>
    public void LeaderChanged()
    {
        overdue.AddRange(confirming.Keys);
        AskAgain();
    }

    public void Stop()
    {
        LeaderChanged();
        gathering.AddRange(refused);
        while (applying.TryDequeue(out var reads, out _))
            gathering.AddRange(reads);
        foreach (var read in gathering)
            read.Failed(LutraError.Stopped, "The node is stopping.");
        gathering.Clear();
    }

    private void AskAgain()
    {
        Marks.ReadAskedAgain.HitIf(overdue.Count > 0);
        // In the order in which they were asked, so that a run can be repeated.
        overdue.Sort();
        foreach (var read in overdue)
        {
            gathering.AddRange(confirming[read].Reads);
            confirming.Remove(read);
        }

        overdue.Clear();
    }

    private static void Ready(List<ClientRead> reads)
    {
        foreach (var read in reads)
            read.Ready();
    }

    private void EndOverdue(List<ClientRead> reads, long nowMillis)
    {
        for (var at = reads.Count - 1; at >= 0; at--)
        {
            if (reads[at].DeadlineMillis > nowMillis)
                continue;
            var read = reads[at];
            reads.RemoveAt(at);
            read.Failed(
                LutraError.Unavailable,
                raft.Leader is null
                    ? "No leader is known: a majority of the members may not be up."
                    : "The leader did not confirm the read in time: a majority of the members may not be up.");
        }
    }
}
