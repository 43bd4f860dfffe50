namespace Lutra.Node.Requests;

/// <summary>
/// The writes that were sent on their way and wait to be applied here. Whoever takes a write out ends it, so each is ended once: the applier
/// when it is applied, the loop when it is lost, too late or unknown.
/// </summary>
internal sealed class PendingWrites
{
    private readonly Lock gate = new();
    private readonly Dictionary<ulong, ClientWrite> byNumber = [];
    private readonly Queue<(ulong Number, long DeadlineMillis)> byAge = new();

    public int Count
    {
        get
        {
            lock (gate)
                return byNumber.Count;
        }
    }

    public void Add(ClientWrite write)
    {
        lock (gate)
        {
            byNumber.Add(write.Number, write);
            byAge.Enqueue((write.Number, write.DeadlineMillis));
        }
    }

    public ClientWrite? Take(ulong number)
    {
        lock (gate)
            return byNumber.Remove(number, out var write) ? write : null;
    }

    /// <summary>Takes those whose time is over. Deadlines are nearly in the order of arrival; a later one may wait for an earlier.</summary>
    public void TakeExpired(long nowMillis, List<ClientWrite> into)
    {
        lock (gate)
        {
            while (byAge.TryPeek(out var oldest) && (oldest.DeadlineMillis <= nowMillis || !byNumber.ContainsKey(oldest.Number)))
            {
                byAge.Dequeue();
                if (byNumber.Remove(oldest.Number, out var write))
                    into.Add(write);
            }
        }
    }

    /// <summary>Takes those for which <paramref name="condition"/> holds, oldest first: rare, walks all.</summary>
    public void TakeWhere(Func<ClientWrite, bool> condition, List<ClientWrite> into)
    {
        lock (gate)
        {
            var found = into.Count;
            foreach (var write in byNumber.Values)
            {
                if (condition(write))
                    into.Add(write);
            }

            // Ended in the order of arrival, so that a run can be repeated.
            into.Sort(found, into.Count - found, Comparer<ClientWrite>.Create((left, right) => left.Number.CompareTo(right.Number)));
            for (var at = found; at < into.Count; at++)
                byNumber.Remove(into[at].Number);
        }
    }
}
