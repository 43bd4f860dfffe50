using System.Globalization;
using Lutra.Acceptance.Links;
using Lutra.Simulation.Workloads;

namespace Lutra.Acceptance.Faults.Histories;

/// <summary>
/// What clients do to a real cluster while faults strike: registers, lists, a bank, locks, writes that are tried again, watches. It ends with what the simulator's runs end with: every
/// node is read, and every history is judged.
/// </summary>
internal sealed class Work : IAsyncDisposable
{
    private readonly LinkedCluster cluster;
    private readonly RegisterBook registers = new(registers: 4);
    private readonly ListBook lists = new();
    private readonly LockBook locks = new(0);
    private readonly WatchBook watched = new();
    private readonly RegisterCaller[] registerCallers;
    private readonly BankCaller[] bankCallers;
    private readonly ListCaller[] listCallers;
    private readonly LockCaller[] lockCallers;
    private readonly CompactCaller[] compactCallers;
    private readonly OnceWriter[] writers;
    private readonly WatchFollower[] watchers;
    private readonly CancellationTokenSource stopCalling = new();
    private readonly CancellationTokenSource stopWatching = new();
    private Task[] calling = [];
    private Task[] watching = [];

    private Work(LinkedCluster cluster, int seed)
    {
        this.cluster = cluster;
        var number = 0;
        T[] Many<T>(int count, Func<int, T> make) => [.. Enumerable.Range(0, count).Select(_ => make(++number))];
        registerCallers = Many(4, at => new RegisterCaller(cluster.Clients, at, seed, registers));
        bankCallers = Many(2, at => new BankCaller(cluster.Clients, at, seed));
        listCallers = Many(2, at => new ListCaller(cluster.Clients, at, seed, lists));
        lockCallers = Many(2, at => new LockCaller(cluster.Clients, at, seed, locks));
        watchers = Many(2, at => new WatchFollower(cluster.Any, at, watched));
        compactCallers = Many(1, at => new CompactCaller(cluster.Clients, at, seed, () => watchers.Min(watcher => watcher.UpTo)));
        writers = Many(3, at => new OnceWriter(at, [.. Enumerable.Range(0, cluster.Nodes).Select(node => cluster.Url((node + at) % cluster.Nodes))]));
    }

    private IEnumerable<Caller> Callers => [.. registerCallers, .. bankCallers, .. listCallers, .. lockCallers, .. compactCallers];

    /// <summary>What was answered so far.</summary>
    public long Acknowledged => writers.Sum(writer => writer.Acknowledged) + Callers.Sum(caller => caller.Done);

    public static async Task<Work> BeginAsync(LinkedCluster cluster, int seed)
    {
        var work = new Work(cluster, seed);
        await BankCaller.OpenAsync(cluster.Any);
        work.calling =
        [
            .. work.Callers.Select(caller => Task.Run(() => caller.RunAsync(work.stopCalling.Token))),
            .. work.writers.Select(writer => Task.Run(() => writer.RunAsync(work.stopCalling.Token))),
        ];
        work.watching = [.. work.watchers.Select(watcher => Task.Run(() => watcher.RunAsync(work.stopWatching.Token)))];
        return work;
    }

    /// <summary>Waits until so much more was acknowledged; fails at once where a client saw something wrong.</summary>
    public async Task ProgressAsync(int operations)
    {
        var enough = Acknowledged + operations;
        await cluster.UntilAsync(async () =>
        {
            await GoOnAsync(calling);
            await GoOnAsync(watching);
            return Acknowledged >= enough;
        });
    }

    /// <summary>The faults are over: everybody stops, every node is up, read and compared, every history judged. Returns what was done, for people.</summary>
    public async Task<string> JudgeAsync()
    {
        await stopCalling.CancelAsync();
        await Task.WhenAll(calling);
        await cluster.ReadyAsync();
        var newest = 0L;
        for (var node = 0; node < cluster.Nodes; node++)
        {
            var from = cluster.Clients[node];
            for (var register = Math.Max(0, registers.Histories - 4); register < registers.Histories; register++)
                await registerCallers[0].ReadAsync(from, register);
            await bankCallers[0].CheckAsync(from);
            await listCallers[0].ReadAsync(from, lists.Epoch);
            foreach (var writer in writers)
                await writer.CheckAsync(from, $"on node {node + 1}");
            newest = Math.Max(newest, (await from.RangeAsync(new RangeOperation(KeyRange.All, CountOnly: true))).Revision.Value);
        }

        await cluster.UntilAsync(async () =>
        {
            await GoOnAsync(watching);
            return watchers.All(watcher => watcher.HasReached(newest));
        });
        await stopWatching.CancelAsync();
        await Task.WhenAll(watching);
        registers.Judge();
        lists.Judge();
        Assert.Null(locks.Judge());
        foreach (var watcher in watchers)
            watcher.Judge();
        await SameEverywhereAsync();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Acknowledged} operations acknowledged, {Callers.Sum(caller => caller.Unknown)} unknown, {registers.Histories} register histories, {lists.Epoch + 1} list histories, revision {newest}; nothing lost.");
    }

    public async ValueTask DisposeAsync()
    {
        await stopCalling.CancelAsync();
        await stopWatching.CancelAsync();
        await Task.WhenAny(Task.WhenAll([.. calling, .. watching]), Task.Delay(TimeSpan.FromSeconds(30)));
        foreach (var writer in writers)
            await writer.DisposeAsync();
        stopCalling.Dispose();
        stopWatching.Dispose();
    }

    // Nobody ends before he is told to: who did says why.
    private static async Task GoOnAsync(Task[] tasks)
    {
        if (Array.Find(tasks, task => task.IsCompleted) is { } ended)
        {
            await ended;
            Assert.Fail("A client or a watcher ended by itself.");
        }
    }

    // Leases may end while the nodes are read one after the other: all are read as of one revision.
    private async Task SameEverywhereAsync()
    {
        var first = await cluster.Clients[0].RangeAsync(new RangeOperation(KeyRange.All));
        for (var node = 1; node < cluster.Nodes; node++)
        {
            var here = await cluster.Clients[node].RangeAsync(new RangeOperation(KeyRange.All, Revision: first.Revision));
            Assert.Equal(first.KeyValues.Select(Spelled), here.KeyValues.Select(Spelled));
        }
    }

    private static string Spelled(KeyValue pair) =>
        $"{Convert.ToHexString(pair.Key.Span)} = {Convert.ToHexString(pair.Value.Span)} at {pair.ModRevision}, since {pair.CreateRevision}, version {pair.Version}, lease {pair.Lease}";
}
