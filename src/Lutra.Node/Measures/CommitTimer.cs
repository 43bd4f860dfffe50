using Lutra.Raft;

namespace Lutra.Node.Measures;

/// <summary>
/// Measures on a leader how long its entries take to be committed: a batch at a time, so that it costs a write nothing. What waits longer than so many
/// batches is not measured. Loop only.
/// </summary>
internal sealed class CommitTimer(NodeMeasures measures)
{
    private const int WaitingMax = 1024;

    private readonly Queue<(LogIndex Last, long Began)> waiting = new(WaitingMax);

    /// <summary>This leader handed entries up to <paramref name="last"/> to its log.</summary>
    public void Appended(LogIndex last)
    {
        if (waiting.Count < WaitingMax)
            waiting.Enqueue((last, measures.Commit.Start()));
    }

    public void Committed(LogIndex upTo)
    {
        while (waiting.TryPeek(out var batch) && batch.Last <= upTo)
        {
            waiting.Dequeue();
            measures.Commit.Stop(batch.Began);
        }
    }

    /// <summary>It does not lead any more, and will not see what becomes of them.</summary>
    public void Forget() => waiting.Clear();
}
