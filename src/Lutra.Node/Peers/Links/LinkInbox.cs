namespace Lutra.Node.Peers.Links;

/// <summary>
/// From the network's threads to the loop, in order. Bounded because a connection is paused while much of it waits here, and connections are counted.
/// </summary>
internal sealed class LinkInbox(Action wake)
{
    private readonly Lock gate = new();
    private readonly Queue<LinkInput> waiting = new();

    public bool IsEmpty
    {
        get
        {
            lock (gate)
                return waiting.Count == 0;
        }
    }

    public void Post(LinkInput input)
    {
        bool isFirst;
        lock (gate)
        {
            isFirst = waiting.Count == 0;
            waiting.Enqueue(input);
        }

        if (isFirst)
            wake();
    }

    public bool TryTake(out LinkInput input)
    {
        lock (gate)
            return waiting.TryDequeue(out input);
    }
}
