using Lutra.Raft;
using Lutra.Simulation.Disk;
using Lutra.Simulation.Scheduling;
using Lutra.Storage.Files;
using Lutra.Storage.Tables;

namespace Lutra.Storage.Tests.Tables;

/// <summary>A table store on a simulated disk, with what it said and what it should hold at each position.</summary>
internal sealed class TableBed : IDisposable
{
    public static readonly TableOptions Small = new(MemtableBytes: 3_000, BlockBytes: 200, TablesMax: 3, BlockCacheBytes: 4_000);

    private readonly TableOptions options;
    private readonly IMergeRule rule;
    private TableStore? store;

    public TableBed(ulong seed = 1, TableOptions? options = null, IMergeRule? rule = null)
    {
        this.options = options ?? Small;
        this.rule = rule ?? new KeepEverything();
        Scheduler = new SimulatedScheduler(seed);
        Disk = new SimulatedDisk(Scheduler, "disk");
        Process = Scheduler.StartProcess("node", crash => Crash = crash);
        Files = Disk.Mount(Process);
        States[LogPosition.Zero] = new ModelState();
    }

    public SimulatedScheduler Scheduler { get; }

    public SimulatedDisk Disk { get; }

    public SimulatedProcess Process { get; private set; }

    public IFiles Files { get; private set; }

    public TableStore Store => store ?? throw new InvalidOperationException("Not open.");

    public ModelState Model { get; private set; } = new();

    /// <summary>What the store holds at each published position.</summary>
    public Dictionary<LogPosition, ModelState> States { get; } = [];

    public Exception? Crash { get; private set; }

    public List<LogPosition> Flushed { get; } = [];

    public List<DiskException> Failures { get; } = [];

    public List<bool> OutOfSpace { get; } = [];

    public int RoomAgainCount { get; private set; }

    public ulong LastVersion { get; set; }

    public static LogPosition At(ulong index) => new(new LogIndex(index), new Term(1));

    public TableStore Open()
    {
        var events = new TableEvents(Flushed.Add, () => RoomAgainCount++, Failures.Add, OutOfSpace.Add);
        store = TableStore.Open(Files, Process, options, rule, events);
        Assert.True(States.ContainsKey(store.Applied), $"Nothing was published at {store.Applied}.");
        Assert.Equal(store.Durable, store.Applied);
        GoOnFrom(store.Applied);
        return store;
    }

    /// <summary>The state at this position is the one that puts now change.</summary>
    public void GoOnFrom(LogPosition applied)
    {
        Model = States[applied].Copy();
        LastVersion = Math.Max(LastVersion, applied.Index.Value);
    }

    /// <summary>A new process on the same disk; what was not flushed is gone from the store.</summary>
    public TableStore Restart(Random? powerCut = null)
    {
        if (powerCut is null)
            Disk.Kill();
        else
            Disk.PowerCut(powerCut);
        Process.Kill();
        store?.Dispose();
        Crash = null;
        Process = Scheduler.StartProcess("node", crash => Crash = crash);
        Files = Disk.Mount(Process);
        return Open();
    }

    public void Put(byte[] key, byte[] value)
    {
        Store.Put(key, LastVersion + 1, value);
        Model.Put(key, LastVersion + 1, value);
    }

    public void Publish()
    {
        var applied = At(++LastVersion);
        States[applied] = Model.Copy();
        Store.Publish(applied);
    }

    /// <summary>A few random puts, published.</summary>
    public void Batch(Random random, int puts = 10, int valueBytesMax = 60)
    {
        for (var i = 0; i < puts; i++)
        {
            var value = new byte[random.Next(valueBytesMax)];
            random.NextBytes(value);
            Put(ModelKeys.Any(random), value);
        }
        Publish();
    }

    /// <summary>Runs until nothing is left to do.</summary>
    public void Settle() => Scheduler.RunUntilIdle();

    public void FlushAll()
    {
        Store.RequestFlush();
        Settle();
        Assert.Equal(Store.Applied, Store.Durable);
    }

    public void AssertShown(Random random)
    {
        using var view = Store.Pin();
        States[view.Applied].AssertShownBy(view, random);
    }

    public IReadOnlyList<string> TablePaths => [.. Disk.Paths.Where(path => path.EndsWith(".table", StringComparison.Ordinal))];

    public void Dispose() => store?.Dispose();

    private sealed class KeepEverything : IMergeRule, IMergePass
    {
        public IMergePass Begin(bool includesOldest) => this;

        public bool Keep(ReadOnlySpan<byte> key, ulong version, ReadOnlySpan<byte> value) => true;
    }
}
