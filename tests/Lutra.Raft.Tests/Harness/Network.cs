namespace Lutra.Raft.Tests.Harness;

/// <summary>Messages on their way, in the order in which they were sent, and the links that are cut.</summary>
internal sealed class Network
{
    private readonly List<Message> pool = [];
    private readonly List<MessageFilter> held = [];
    private readonly SortedSet<(NodeId From, NodeId To)> cut = [];

    public IReadOnlyList<Message> Pool => pool;

    /// <summary>Those that a delivery may take: not held back.</summary>
    public IEnumerable<Message> Deliverable => pool.Where(message => !held.Any(filter => filter.Matches(message)));

    public bool IsCut(NodeId from, NodeId to) => cut.Contains((from, to));

    public void Add(Message message) => pool.Add(message);

    public bool Remove(Message message)
    {
        var at = pool.FindIndex(candidate => ReferenceEquals(candidate, message));
        if (at >= 0)
        {
            pool.RemoveAt(at);
        }

        return at >= 0;
    }

    /// <summary>Takes out what matches, held or not.</summary>
    public IReadOnlyList<Message> TakeAll(MessageFilter filter)
    {
        var taken = pool.Where(filter.Matches).ToList();
        pool.RemoveAll(message => filter.Matches(message));
        return taken;
    }

    public void Hold(MessageFilter filter) => held.Add(filter);

    public void Release() => held.Clear();

    public void Release(MessageFilter filter) => held.RemoveAll(candidate => candidate == filter);

    public void Duplicate(MessageFilter filter) => pool.AddRange([.. pool.Where(filter.Matches).Select(message => message with { })]);

    public void Reverse() => pool.Reverse();

    public void Shuffle(Random random)
    {
        for (var i = pool.Count - 1; i > 0; i--)
        {
            var j = random.Next(i + 1);
            (pool[i], pool[j]) = (pool[j], pool[i]);
        }
    }

    public void Cut(NodeId from, NodeId to) => cut.Add((from, to));

    public void Mend(NodeId from, NodeId to) => cut.Remove((from, to));

    public void MendAll() => cut.Clear();
}
