using Lutra.Keyspace.Commands;
using Lutra.Simulation.Cluster;

namespace Lutra.Simulation.Workloads.Watches;

/// <summary>
/// Half of the clients put and delete a few keys, one or several at a time; the other half watch everything, or a part of those keys, through one node after
/// another. Every revision reaches every watch once, in order and whole, and all watches are told the same of it, and no other part than they asked for (I11,
/// pitfalls K01, K02); a watch may only miss what it is told was compacted away.
/// </summary>
internal sealed class WatchWorkload : IWorkload
{
    public const string Title = "watching";

    private const int Keys = 8;

    private static readonly TimeSpan lostAfter = TimeSpan.FromSeconds(12);

    private readonly WorkloadSetting setting;
    private readonly WatchingClient[] watchers;
    private readonly PartWatcher[] partWatchers;
    private readonly WatchedHistory history = new();
    private readonly int writers;
    private int writing;
    private bool isStopped;

    public WatchWorkload(WorkloadSetting setting)
    {
        this.setting = setting;
        writers = (setting.Clients + 1) / 2;
        var told = new SortedDictionary<long, ulong>();
        watchers = [.. Enumerable.Range(1, writers).Select(number => new WatchingClient(setting, number, told, history, found => Violation ??= found))];
        partWatchers = [.. Enumerable.Range(1, writers).Select(number => new PartWatcher(setting, number, history, found => Violation ??= found))];
    }

    public string Name => Title;

    /// <summary>What its keys begin with.</summary>
    public static ReadOnlyMemory<byte> Prefix { get; } = "watched/"u8.ToArray();

    public static byte[] KeyOf(int number) => [.. Prefix.Span, (byte)('0' + number)];

    public string? Violation { get; private set; }

    public bool IsQuiet => writing == 0 && watchers.All(watcher => watcher.IsAtTheEnd) && partWatchers.All(watcher => watcher.IsAtTheEnd);

    public long Done { get; private set; }

    public long Unknown { get; private set; }

    public void Begin()
    {
        foreach (var watcher in watchers)
            watcher.Begin();
        foreach (var watcher in partWatchers)
            watcher.Begin();
        for (; writing < writers; writing++)
            setting.Scheduler.After(TimeSpan.FromMilliseconds(setting.Random.Next(200)), Write);
    }

    public void Stop() => isStopped = true;

    /// <summary>Every watch must come to the newest revision that one of <paramref name="nodes"/> has.</summary>
    public void ReadBack(IReadOnlyList<SimulatedNode> nodes)
    {
        var newest = nodes.Max(node => node.Loop?.Replica?.Keyspace.Revision.Value ?? 0);
        foreach (var watcher in watchers)
            watcher.MustReach(newest, nodes);
        foreach (var watcher in partWatchers)
            watcher.MustReach(newest, nodes);
    }

    public string? Judge() => Violation ?? history.Judge(partWatchers.SelectMany(watcher => watcher.Stretches));

    private void Write()
    {
        if (isStopped)
        {
            writing--;
            return;
        }

        var node = setting.Cluster.Nodes[setting.Random.Next(setting.Cluster.Nodes.Count)];
        if (node.Loop is null)
        {
            Again();
            return;
        }

        var operation = DrawWrite();
        var answered = false;
        void Ended(Ending? ending)
        {
            if (answered)
                return;
            answered = true;
            Done += ending is { IsDone: true } ? 1 : 0;
            Unknown += ending is null or { IsUnknown: true } ? 1 : 0;
            Again();
        }

        setting.Scheduler.After(lostAfter, () => Ended(null));
        node.Requests.Write(new WriteCommand(operation), null, Ended, "watching, writers");
    }

    private Operation DrawWrite()
    {
        if (setting.Random.Next(4) > 0)
            return DrawWrite(setting.Random.Next(Keys));
        var first = setting.Random.Next(Keys - 1);
        return new TransactionOperation([], [.. Enumerable.Range(first, setting.Random.Next(2, Keys - first + 1)).Select(DrawWrite)], []);
    }

    private Operation DrawWrite(int key)
    {
        if (setting.Random.Next(4) == 0)
            return new DeleteOperation(KeyRange.Single(KeyOf(key)));
        var value = new byte[setting.Random.Next(1, 200)];
        setting.Random.NextBytes(value);
        return new PutOperation(KeyOf(key), value);
    }

    private void Again() => setting.Scheduler.After(TimeSpan.FromMilliseconds(setting.Random.Next(40)), Write);
}
