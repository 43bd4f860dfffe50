namespace Lutra.Raft;

/// <summary>
/// Keeps messages back until the term and the vote that they rest on are durable (pitfalls E01, E02). What rests on the log is kept back
/// by whoever follows it. Hard states only move on, so the queue is released from its front.
/// </summary>
internal sealed class Outbox(HardState durable)
{
    /// <summary>The most messages kept back while the disk is busy; more are dropped, as a network might: peers ask again.</summary>
    public const int HeldMax = 4096;

    private readonly Queue<(HardState Required, Message Message)> held = new();
    private HardState emitted = durable;
    private HardState current = durable;

    /// <summary>The hard state on disk.</summary>
    public HardState Durable { get; private set; } = durable;

    /// <summary>The node has another term or vote, and nothing may leave it until that is durable.</summary>
    public void Change(HardState next)
    {
        Invariant.Holds(next.Covers(current), "Terms never fall, and a vote is never taken back within its term.");
        if (next.Term > current.Term)
            held.Clear();
        current = next;
    }

    public void Send(Message message, List<Message> released)
    {
        if (Durable.Covers(current))
            released.Add(message);
        else if (held.Count < HeldMax)
            held.Enqueue((current, message));
    }

    /// <summary>What the driver has not yet been told to persist; null: nothing.</summary>
    public HardState? TakeChanged()
    {
        if (emitted == current)
            return null;
        emitted = current;
        return current;
    }

    public void Persisted(HardState hardState, List<Message> released)
    {
        Invariant.Holds(emitted.Covers(hardState), "Only a hard state that was asked for becomes durable.");
        if (hardState.Covers(Durable))
            Durable = hardState;
        while (held.TryPeek(out var first) && Durable.Covers(first.Required))
            released.Add(held.Dequeue().Message);
    }
}
