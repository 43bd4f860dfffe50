namespace Lutra.Raft.Tests.Harness;

/// <summary>
/// A read is answered once, and sees everything that was committed anywhere before it was asked (linearizable: pitfalls R01 to R04).
/// </summary>
internal sealed class FreshReads
{
    private readonly SortedDictionary<ulong, (NodeId Node, int Committed)> waiting = [];

    public void Asked(TestNode node, ulong read, int committed) => waiting.Add(read, (node.Id, committed));

    public void Answered(TestNode node, ulong read, LogIndex? index)
    {
        if (!waiting.Remove(read, out var asked) || asked.Node != node.Id)
        {
            throw new SafetyException($"{TraceText.Name(node.Id)} answers read {read}, which nobody waits for there.");
        }

        if (index is { } at && at.Value < (ulong)asked.Committed)
        {
            throw new SafetyException(
                $"{TraceText.Name(node.Id)} serves read {read} at {at}, but {asked.Committed} was committed before it was asked (stale).");
        }
    }

    public void Stopped(TestNode node)
    {
        foreach (var read in Unanswered(node))
        {
            waiting.Remove(read);
        }
    }

    public IReadOnlyList<ulong> Unanswered(TestNode node) => [.. waiting.Where(pair => pair.Value.Node == node.Id).Select(pair => pair.Key)];
}
