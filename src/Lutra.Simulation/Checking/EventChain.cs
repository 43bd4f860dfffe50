namespace Lutra.Simulation.Checking;

/// <summary>The calls and answers of a history in the order of their times, as a list out of which an operation can be taken, and put back at its place.</summary>
internal sealed class EventChain<TOperation>
{
    private readonly Event head = new(-1, isCall: false);
    private readonly (Event Call, Event? Answer)[] byOperation;

    public EventChain(IReadOnlyList<TimedOperation<TOperation>> history)
    {
        byOperation = new (Event, Event?)[history.Count];
        List<(long Time, int Kind, int Operation)> order = [];
        for (var at = 0; at < history.Count; at++)
        {
            // Of equal times the calls come first: then both were under way at once.
            order.Add((history[at].Invoked, 0, at));
            if (!history[at].IsUnknown)
                order.Add((history[at].Returned, 1, at));
        }

        order.Sort();
        var last = head;
        foreach (var (_, kind, operation) in order)
        {
            var added = new Event(operation, isCall: kind == 0) { Previous = last };
            last.Next = added;
            last = added;
            if (added.IsCall)
                byOperation[operation].Call = added;
            else
                byOperation[operation].Answer = added;
        }
    }

    public Event? First => head.Next;

    public void TakeOut(int operation)
    {
        var (call, answer) = byOperation[operation];
        call.Unlink();
        answer?.Unlink();
    }

    /// <summary>The operation that was taken out last, and is not put back yet.</summary>
    public Event PutBack(int operation)
    {
        var (call, answer) = byOperation[operation];
        answer?.Link();
        call.Link();
        return call;
    }

    internal sealed class Event(int operation, bool isCall)
    {
        public int Operation => operation;

        public bool IsCall => isCall;

        public Event? Previous { get; set; }

        public Event? Next { get; set; }

        public void Unlink()
        {
            Previous!.Next = Next;
            Next?.Previous = Previous;
        }

        public void Link()
        {
            Previous!.Next = this;
            Next?.Previous = this;
        }
    }
}
