using System.Text;
using Lutra.Keyspace.Commands;
using Lutra.Simulation.Cluster;

namespace Lutra.Simulation.Workloads;

/// <summary>
/// Half of the clients put and delete a few keys, the other half watch everything, through one node after another. Every revision reaches every watch once, in
/// order and whole, and all watches are told the same of it (I11, pitfalls K01, K02); a watch may only miss what it is told was compacted away.
/// </summary>
internal sealed class WatchWorkload : IWorkload
{
    public const string Title = "watching";

    private static readonly TimeSpan lostAfter = TimeSpan.FromSeconds(12);

    private readonly WorkloadSetting setting;
    private readonly WatchingClient[] watchers;
    private readonly int writers;
    private int writing;
    private bool isStopped;

    public WatchWorkload(WorkloadSetting setting)
    {
        this.setting = setting;
        writers = (setting.Clients + 1) / 2;
        var told = new SortedDictionary<long, ulong>();
        watchers = [.. Enumerable.Range(1, writers).Select(number => new WatchingClient(setting, number, told, found => Violation ??= found))];
    }

    public string Name => Title;

    public string? Violation { get; private set; }

    public bool IsQuiet => writing == 0 && watchers.All(watcher => watcher.IsAtTheEnd);

    public long Done { get; private set; }

    public long Unknown { get; private set; }

    public void Begin()
    {
        foreach (var watcher in watchers)
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
    }

    public string? Judge() => Violation;

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

        var key = Encoding.UTF8.GetBytes($"watched/{setting.Random.Next(8)}");
        Operation operation = setting.Random.Next(4) == 0
            ? new DeleteOperation(KeyRange.Single(key))
            : new PutOperation(key, new byte[setting.Random.Next(1, 200)]);
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

    private void Again() => setting.Scheduler.After(TimeSpan.FromMilliseconds(setting.Random.Next(40)), Write);
}
