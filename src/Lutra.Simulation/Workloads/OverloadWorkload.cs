using System.Globalization;
using System.Text;
using Lutra.Keyspace.Commands;
using Lutra.Simulation.Cluster;
using Lutra.Simulation.Scheduling;
using Lutra.Simulation.Workloads.Quota;

namespace Lutra.Simulation.Workloads;

/// <summary>
/// Now and then more writes at once than the cluster takes, large ones and wide ones, and thousands of watches that wait for nothing. Each must end, once, as done, as refused with a reason that a client can act on, or as unknown; what
/// was refused was not done, what was acknowledged was; and afterwards all goes on (promises P6 and P7).
/// </summary>
internal sealed class OverloadWorkload : IWorkload
{
    public const string Title = "overload";

    private const int WritesMax = 2500;
    private const long BytesMax = 8L * 1024 * 1024;

    private static readonly byte[] prefix = "overload/"u8.ToArray();

    private const int PartsMax = 6000;

    private readonly WorkloadSetting setting;
    private readonly IdleWatches watches;
    private readonly List<Flooded> writes = [];
    private readonly TimeSpan pauseMax;
    private readonly int most;
    private readonly int largestBytes;
    private readonly int watchesEachTime;
    private long bytes;
    private int parts;
    private bool isStopped;
    private int reading;

    public OverloadWorkload(WorkloadSetting setting)
    {
        this.setting = setting;
        pauseMax = setting.Random.LogUniform(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20));
        most = (int)setting.Random.LogUniform(50, 1500);
        largestBytes = (int)setting.Random.LogUniform(16, 30_000);
        watches = new IdleWatches(setting, found => Violation ??= found);
        watchesEachTime = setting.Random.Next(2) * (int)setting.Random.LogUniform(10, 5_000);
    }

    public string Name => Title;

    public string? Violation { get; private set; }

    // What a process that is gone or stands still was asked has no end.
    public bool IsQuiet => reading == 0 && writes.All(write => write.Ending is not null || !write.Process.IsAlive || write.Process.IsPaused);

    public long Done => writes.Count(write => write.Ending is { IsDone: true });

    public long Unknown => writes.Count(write => write.Ending is null or { IsUnknown: true });

    public void Begin() => Wait();

    public void Stop() => isStopped = true;

    public void ReadBack(IReadOnlyList<SimulatedNode> nodes)
    {
        watches.LookAtAll();
        foreach (var node in nodes)
        {
            reading++;
            Read(node, node.Process!);
        }
    }

    public string? Judge() => Violation;

    private void Wait() => setting.Scheduler.After(pauseMax * setting.Random.NextDouble(), () =>
    {
        if (isStopped)
            return;
        Flood();
        Wait();
    });

    private void Flood()
    {
        var count = setting.Random.Next(1, most + 1);
        var only = setting.Random.Next(2) == 0 ? setting.Cluster.Nodes[setting.Random.Next(setting.Cluster.Nodes.Count)] : null;
        var isWide = setting.Random.Next(3) == 0;
        if (only is { Loop: not null })
            watches.Open(only, watchesEachTime);
        for (; count > 0 && writes.Count < WritesMax && bytes < BytesMax && parts < PartsMax; count--)
        {
            var node = only ?? setting.Cluster.Nodes[setting.Random.Next(setting.Cluster.Nodes.Count)];
            if (node.Loop is not null)
                Write(node, node.Process!, isWide ? setting.Random.Next(2, LutraLimits.TransactionOperationsMax + 1) : 1);
        }
    }

    private void Write(SimulatedNode node, SimulatedProcess process, int partCount)
    {
        var write = new Flooded(writes.Count, partCount, process);
        writes.Add(write);
        var value = new byte[setting.Random.Next(1, (largestBytes / partCount) + 2)];
        bytes += (long)value.Length * partCount;
        parts += partCount;
        Operation[] puts = [.. Enumerable.Range(0, partCount).Select(part => new PutOperation(KeyOf(write.Number, part), value))];
        var operation = partCount == 1 ? puts[0] : new TransactionOperation([], [.. puts], []);
        node.Requests.Write(new WriteCommand(operation), idempotencyKey: null, ending =>
        {
            if (write.Ending is not null)
                Violation ??= $"P6: write {write.Number} through node {node.Label} ended twice, as {write.Ending} and as {ending}";
            // A user is required of who asked before the cluster had agreed on users, where others have them asked for since.
            if (ending.Error is { } error and not (LutraError.Overloaded or LutraError.Unavailable or LutraError.NoSpace or LutraError.OutcomeUnknown or LutraError.TooLarge or LutraError.Stopped or LutraError.UserRequired)
                && !AlarmBook.IsOfAlarm(ending))
                Violation ??= $"P6: write {write.Number} through node {node.Label} was refused as {error}, which no client can act on: {ending.Message}";
            write.Ending = ending;
        }, Title);
    }

    private void Read(SimulatedNode node, SimulatedProcess process) =>
        node.Requests.Read(new RangeOperation(KeyRange.Prefix(prefix), KeysOnly: true), ending =>
        {
            if (ending.Result is RangeResult found)
            {
                reading--;
                Check(found, node);
            }
            else if (process.IsAlive)
            {
                setting.Scheduler.After(TimeSpan.FromMilliseconds(100), () => Read(node, process));
            }
            else
            {
                reading--;
            }
        }, Title);

    private void Check(RangeResult found, SimulatedNode node)
    {
        var there = found.KeyValues.CountBy(pair => NumberOf(pair.Key.Span)).ToDictionary();
        foreach (var write in writes)
        {
            var count = there.GetValueOrDefault(write.Number);
            var isThere = count > 0;
            if (isThere && count != write.Parts)
                Violation ??= $"P1: of the {write.Parts} keys of transaction {write.Number} only {count} are there (read on node {node.Label} at {setting.Scheduler.Now})";
            if (write.Ending is { IsDone: true } && !isThere)
                Violation ??= $"P2: write {write.Number} was acknowledged, and is not there (read on node {node.Label} at {setting.Scheduler.Now})";
            if (write.Ending is { Error: not LutraError.OutcomeUnknown } and not { IsDone: true } && isThere)
                Violation ??= $"P6: write {write.Number} was refused ({write.Ending.Error}: {write.Ending.Message}), and is there (read on node {node.Label} at {setting.Scheduler.Now})";
        }
    }

    private static byte[] KeyOf(int number, int part) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"overload/{number:D6}/{part}"));

    private static int NumberOf(ReadOnlySpan<byte> key) => int.Parse(Encoding.UTF8.GetString(key.Slice(prefix.Length, 6)), CultureInfo.InvariantCulture);

    private sealed class Flooded(int number, int parts, SimulatedProcess process)
    {
        public int Number => number;

        /// <summary>How many keys it makes, all or none.</summary>
        public int Parts => parts;

        public SimulatedProcess Process => process;

        public Ending? Ending { get; set; }
    }
}
