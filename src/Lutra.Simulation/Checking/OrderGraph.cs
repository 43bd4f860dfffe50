namespace Lutra.Simulation.Checking;

/// <summary>Who must come before whom, and why; finds a circle, where there is one.</summary>
/// <param name="count">The transactions, by their places in the history. What comes behind them are moments of real time.</param>
internal sealed class OrderGraph(int count)
{
    private readonly List<(int To, string Why)>[] next = [.. Enumerable.Range(0, 2 * count).Select(_ => new List<(int, string)>())];

    public void Add(int from, int to, string why)
    {
        if (from != to)
            next[from].Add((to, why));
    }

    /// <summary>
    /// What had ended before another began comes before it. Instead of an edge for every such pair there is a chain of moments, one at each end of a
    /// transaction: the transaction comes before its moment, each moment before the next, and the last one that is over before whatever begins then.
    /// </summary>
    public void AddRealTime(IReadOnlyList<ListTransaction> history)
    {
        var byEnd = Enumerable.Range(0, count).Where(at => !history[at].IsUnknown).OrderBy(at => history[at].Returned).ToArray();
        for (var moment = 0; moment < byEnd.Length; moment++)
        {
            Add(byEnd[moment], count + moment, "it ended");
            if (moment > 0)
                Add(count + moment - 1, count + moment, "");
        }

        var over = 0;
        foreach (var at in Enumerable.Range(0, count).OrderBy(at => history[at].Invoked))
        {
            // Equal times are at once.
            while (over < byEnd.Length && history[byEnd[over]].Returned < history[at].Invoked)
                over++;
            if (over > 0)
                Add(count + over - 1, at, "");
        }
    }

    /// <summary>A circle without the moments in it: each step from a transaction, with the reason why the next comes later. Null: there is none.</summary>
    public IReadOnlyList<(int From, string Why)>? FindCircle()
    {
        // Depth first, with a stack of its own: a history is long.
        var state = new byte[next.Length];
        var path = new List<(int Node, int Edge)>();
        for (var start = 0; start < next.Length; start++)
        {
            if (state[start] != 0)
                continue;
            path.Add((start, 0));
            state[start] = 1;
            while (path.Count > 0)
            {
                var (node, edge) = path[^1];
                if (edge == next[node].Count)
                {
                    state[node] = 2;
                    path.RemoveAt(path.Count - 1);
                    continue;
                }

                path[^1] = (node, edge + 1);
                var to = next[node][edge].To;
                if (state[to] == 1)
                    return Describe(path.SkipWhile(step => step.Node != to));
                if (state[to] != 0)
                    continue;
                state[to] = 1;
                path.Add((to, 0));
            }
        }

        return null;
    }

    private List<(int From, string Why)> Describe(IEnumerable<(int Node, int Edge)> circle) =>
        [.. circle.Where(step => step.Node < count).Select(step => (step.Node, next[step.Node][step.Edge - 1].Why))];
}
