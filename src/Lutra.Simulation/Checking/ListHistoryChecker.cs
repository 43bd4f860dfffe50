namespace Lutra.Simulation.Checking;

/// <summary>
/// Whether a history of transactions over lists is strictly serializable (after Kingsbury and Alvaro, "Elle: Inferring Isolation Anomalies from Experimental
/// Observations"). Because whole lists are read, their order shows who wrote after whom, and who read before whom; these orders and real time together must
/// not go in a circle.
/// </summary>
public static class ListHistoryChecker
{
    /// <summary>What is wrong; null: nothing.</summary>
    public static string? Check(IReadOnlyList<ListTransaction> history)
    {
        ArgumentNullException.ThrowIfNull(history);
        var writers = new SortedDictionary<int, int>();
        for (var at = 0; at < history.Count; at++)
        {
            foreach (var append in history[at].Appends)
                writers.Add(append.Element, at);
        }

        var orders = new SortedDictionary<int, int[]>();
        return OrdersOf(history, writers, orders) ?? FindCircle(history, writers, orders);
    }

    // Every read of a list must be the beginning of the longest one, and hold nothing twice and nothing that nobody appended to it.
    private static string? OrdersOf(IReadOnlyList<ListTransaction> history, SortedDictionary<int, int> writers, SortedDictionary<int, int[]> orders)
    {
        foreach (var transaction in history)
        {
            foreach (var (list, elements) in transaction.Reads)
            {
                if (!orders.TryGetValue(list, out var longest) || elements.Length > longest.Length)
                    (orders[list], longest) = ([.. elements], longest ?? []);
                var shared = Math.Min(elements.Length, longest.Length);
                if (!elements.AsSpan()[..shared].SequenceEqual(longest.AsSpan(0, shared)))
                    return $"list {list} was seen in two orders: [{string.Join(' ', longest)}], and by {transaction}";
            }
        }

        foreach (var (list, order) in orders)
        {
            if (order.Distinct().Count() < order.Length)
                return $"list {list} holds an element twice: [{string.Join(' ', order)}]";
            foreach (var element in order)
            {
                if (!writers.TryGetValue(element, out var writer) || !history[writer].Appends.Contains(new ListAppend(list, element)))
                    return $"list {list} holds {element}, which nobody appended to it, or only what was certainly not done";
            }
        }

        return null;
    }

    private static string? FindCircle(IReadOnlyList<ListTransaction> history, SortedDictionary<int, int> writers, SortedDictionary<int, int[]> orders)
    {
        var before = new OrderGraph(history.Count);
        before.AddRealTime(history);
        var unread = UnreadOf(history, orders);
        foreach (var (list, order) in orders)
        {
            for (var at = 1; at < order.Length; at++)
                before.Add(writers[order[at - 1]], writers[order[at]], $"list {list}: {order[at - 1]} stands before {order[at]}");
        }

        for (var reader = 0; reader < history.Count; reader++)
        {
            foreach (var (list, elements) in history[reader].Reads)
            {
                var order = orders[list];
                if (elements.Length > 0)
                    before.Add(writers[elements[^1]], reader, $"list {list}: {elements[^1]} was read");
                if (elements.Length < order.Length)
                    before.Add(reader, writers[order[elements.Length]], $"list {list}: {order[elements.Length]} was not there yet");
                else if (unread.TryGetValue(list, out var late))
                    late.ForEach(writer => before.Add(reader, writer, $"list {list}: an append of it was not there yet"));
            }
        }

        return before.FindCircle() is { } circle
            ? $"no order fits: {string.Join("; then ", circle.Select(step => $"{history[step.From]} ({step.Why})"))}"
            : null;
    }

    // Appends that were acknowledged and that nobody read: they come after all that was read, or they are lost.
    private static SortedDictionary<int, List<int>> UnreadOf(IReadOnlyList<ListTransaction> history, SortedDictionary<int, int[]> orders)
    {
        var read = orders.Values.SelectMany(order => order).ToHashSet();
        var unread = new SortedDictionary<int, List<int>>();
        for (var at = 0; at < history.Count; at++)
        {
            foreach (var (list, element) in history[at].Appends)
            {
                if (history[at].IsUnknown || read.Contains(element))
                    continue;
                if (!unread.TryGetValue(list, out var late))
                    unread.Add(list, late = []);
                late.Add(at);
            }
        }

        return unread;
    }
}
