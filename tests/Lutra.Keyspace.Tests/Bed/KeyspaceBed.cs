using Lutra.Keyspace.Auth;
using Lutra.Keyspace.Commands;
using Lutra.Raft;
using Lutra.Simulation.Disk;
using Lutra.Simulation.Scheduling;
using Lutra.Storage.Tables;

namespace Lutra.Keyspace.Tests;

/// <summary>A keyspace on a simulated disk, with the log that it was fed, so that it can be started anew and fed the rest.</summary>
internal sealed class KeyspaceBed : IDisposable
{
    /// <summary>A few commands fill a memtable, a few tables are merged.</summary>
    public static readonly TableOptions Small = new(MemtableBytes: 2_000, BlockBytes: 200, TablesMax: 2, BlockCacheBytes: 4_000);

    /// <summary>Any two tables are merged.</summary>
    public static readonly TableOptions MergesAlways = Small with { TablesMax = 1 };

    /// <summary>So few are counted together that every test counts far.</summary>
    private const int StretchKeys = 1;

    // Fewer than tests have keys, so that some are forgotten.
    private const int RecentKeys = 4;

    private readonly TableOptions options;
    private SimulatedProcess process;

    public KeyspaceBed(TableOptions? options = null, ulong seed = 1)
    {
        this.options = options ?? new TableOptions();
        Scheduler = new SimulatedScheduler(seed);
        Disk = new SimulatedDisk(Scheduler, "disk");
        process = StartProcess();
        (Tables, Store) = Open();
    }

    public SimulatedScheduler Scheduler { get; }

    public SimulatedDisk Disk { get; }

    public TableStore Tables { get; private set; }

    public KeyspaceStore Store { get; private set; }

    public List<Entry> Log { get; } = [];

    /// <summary>What ended the process; null while it runs.</summary>
    public Exception? Crash { get; private set; }

    /// <summary>The time that the next commands are stamped with.</summary>
    public long TimeMillis { get; set; } = 1_000_000;

    public AppliedEntry Do(Command command, ulong session = 0, ulong sequence = 0, string? key = null) =>
        Append(Encode(command, session, sequence, key));

    /// <summary>The same, asked by somebody.</summary>
    public AppliedEntry DoAs(Caller caller, Command command, string? key = null) => Append(CommandCodec.Encode(
        new CommandEnvelope(new ProposalId(7, (ulong)Log.Count), TimeMillis, IdempotencyKey: key, Caller: caller), command));

    public byte[] Encode(Command command, ulong session = 0, ulong sequence = 0, string? key = null) => CommandCodec.Encode(
        new CommandEnvelope(new ProposalId(7, (ulong)Log.Count), TimeMillis, session, sequence, key), command);

    /// <summary>Puts the next entry into the log, applies and publishes it.</summary>
    public AppliedEntry Append(ReadOnlyMemory<byte> payload, EntryKind kind = EntryKind.Command, bool wantResult = true, bool publish = true)
    {
        var entry = new Entry(new LogIndex((ulong)Log.Count + 1), new Term(1), kind, payload);
        Log.Add(entry);
        return Apply(entry, wantResult, publish);
    }

    public PutResult Put(string key, string value = "", long lease = 0) => Result<PutResult>(Text.Put(key, value, lease));

    public DeleteResult Delete(string key) => Result<DeleteResult>(Text.Delete(key));

    public TResult Result<TResult>(Operation operation)
        where TResult : OperationResult
    {
        var applied = Do(new WriteCommand(operation));
        Assert.Null(applied.Refusal);
        return Assert.IsType<TResult>(applied.Result);
    }

    public Refusal Refused(Operation operation) => Refused(Do(new WriteCommand(operation)));

    public static Refusal Refused(AppliedEntry applied)
    {
        Assert.Null(applied.Result);
        return Assert.IsType<Refusal>(applied.Refusal);
    }

    public AppliedEntry Compact(long revision) => Do(new CompactCommand(new Revision(revision)));

    public RangeResult Range(RangeOperation range)
    {
        using var view = Store.Pin();
        return view.Range(range);
    }

    public string Get(string key, long revision = 0) => Text.Of(Range(Text.Get(key, revision)).KeyValues.SingleOrDefault());

    /// <summary>Every key that is there, as of a revision.</summary>
    public string All(long revision = 0) => Text.Of(Range(new RangeOperation(KeyRange.All, Revision: new Revision(revision))).KeyValues);

    public UInt128 Hash()
    {
        using var view = Store.Pin();
        return view.HashOfState();
    }

    /// <summary>Every entry in the tables, those that a merge would drop included.</summary>
    public IReadOnlyList<(byte[] Key, ulong Version)> TableEntries()
    {
        List<(byte[] Key, ulong Version)> entries = [];
        using var view = Tables.Pin();
        using var cursor = view.OpenCursor();
        for (var found = cursor.Seek([], ulong.MaxValue); found; found = cursor.Next())
            entries.Add((cursor.Key.ToArray(), cursor.Version));
        return entries;
    }

    /// <summary>Applies what another bed's log holds beyond this one's, publishing now and then.</summary>
    public void Follow(KeyspaceBed other, Func<bool> publishes)
    {
        Log.AddRange(other.Log.Skip(Log.Count));
        ApplyRest(publishes);
    }

    /// <summary>Writes what memory holds to tables, and merges them where there are many.</summary>
    public void Flush()
    {
        Tables.RequestFlush();
        Scheduler.RunUntilIdle();
        Assert.True(Crash is not null || Tables.Durable == Store.Applied);
    }

    /// <summary>Flushes with <see cref="MergesAlways"/>: what was there and what memory holds become one table.</summary>
    public void Merge()
    {
        Assert.Equal(1, options.TablesMax);
        for (var i = 0; i < 2; i++)
        {
            TimeMillis++;
            Do(new SetFeatureLevelCommand(1));
            Flush();
        }

        using var set = Tables.PinTables();
        Assert.Single(set.Files);
    }

    /// <summary>
    /// The process dies, or with <paramref name="powerCut"/> the machine; a new one finds what was flushed, and is fed the rest of the log.
    /// </summary>
    public void Restart(Random? powerCut = null)
    {
        ReopenTables(powerCut);
        ApplyRest(() => true);
    }

    /// <summary>The same, with nothing but what the tables hold.</summary>
    public void ReopenTables(Random? powerCut = null)
    {
        process.Kill();
        Store.Dispose();
        if (powerCut is null)
            Disk.Kill();
        else
            Disk.PowerCut(powerCut);
        Crash = null;
        process = StartProcess();
        (Tables, Store) = Open();
    }

    /// <summary>Takes over another bed's tables as a transfer does, and its log up to the position that they hold.</summary>
    public void Install(KeyspaceBed other)
    {
        using var set = other.Tables.PinTables();
        List<string> paths = [];
        foreach (var file in set.Files)
        {
            var bytes = new byte[file.LengthBytes];
            Assert.Equal(bytes.Length, set.Read(file, bytes, 0));
            paths.Add($"incoming/{file.Number}.table");
            Disk.Plant(paths[^1], bytes);
        }

        var isInstalled = false;
        Tables.Install(paths, set.Applied, () => isInstalled = true);
        Scheduler.RunUntilIdle();
        Assert.True(isInstalled);
        Store.Reload();
        Log.Clear();
        Log.AddRange(other.Log.Take((int)set.Applied.Index.Value));
    }

    public void Dispose() => Store.Dispose();

    private void ApplyRest(Func<bool> publishes)
    {
        foreach (var entry in Log.Skip((int)Store.Applied.Index.Value).ToArray())
            Apply(entry, wantResult: false, publishes());
        Store.Publish();
    }

    private AppliedEntry Apply(in Entry entry, bool wantResult, bool publish)
    {
        var applied = Store.Apply(entry, wantResult);
        if (publish)
            Store.Publish();
        if (!Tables.HasRoom)
            Scheduler.RunUntilIdle();
        return applied;
    }

    private SimulatedProcess StartProcess() => Scheduler.StartProcess("node", crash => Crash = crash);

    private (TableStore Tables, KeyspaceStore Store) Open()
    {
        var rule = new KeyspaceMergeRule();
        var events = new TableEvents(_ => { }, () => { }, failure => throw failure, _ => { });
        var tables = TableStore.Open(Disk.Mount(process), process, options, rule, events);
        return (tables, KeyspaceStore.Open(tables, rule, StretchKeys, RecentKeys));
    }
}
