using Lutra.Keyspace.Commands;
using Lutra.Raft;
using Lutra.Simulation.Disk;
using Lutra.Simulation.Scheduling;
using Lutra.Storage.Tables;

namespace Lutra.Keyspace.Tests;

/// <summary>A keyspace on a simulated disk, with the log that it was fed, so that it can be started anew and fed the rest.</summary>
internal sealed class KeyspaceBed : IDisposable
{
    private readonly TableOptions options;
    private SimulatedProcess process;

    public KeyspaceBed(TableOptions? options = null, ulong seed = 1)
    {
        this.options = options ?? new TableOptions();
        Scheduler = new SimulatedScheduler(seed);
        Disk = new SimulatedDisk(Scheduler, "disk");
        process = Scheduler.StartProcess("node");
        (Tables, Store) = Open();
    }

    public SimulatedScheduler Scheduler { get; }

    public SimulatedDisk Disk { get; }

    public TableStore Tables { get; private set; }

    public KeyspaceStore Store { get; private set; }

    public List<Entry> Log { get; } = [];

    /// <summary>The time that the next commands are stamped with.</summary>
    public long TimeMillis { get; set; } = 1_000_000;

    public AppliedEntry Do(Command command, ulong session = 0, ulong sequence = 0, string? key = null) =>
        Append(Encode(command, session, sequence, key));

    public byte[] Encode(Command command, ulong session = 0, ulong sequence = 0, string? key = null) => CommandCodec.Encode(
        new CommandEnvelope(new ProposalId(7, (ulong)Log.Count), TimeMillis, session, sequence, key), command);

    /// <summary>Puts the next entry into the log, applies and publishes it.</summary>
    public AppliedEntry Append(ReadOnlyMemory<byte> payload, EntryKind kind = EntryKind.Command, bool wantResult = true, bool publish = true)
    {
        var entry = new Entry(new LogIndex((ulong)Log.Count + 1), new Term(1), kind, payload);
        Log.Add(entry);
        var applied = Store.Apply(entry, wantResult);
        if (publish)
            Store.Publish();
        return applied;
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

    public void Dispose()
    {
        Store.Dispose();
    }

    private (TableStore Tables, KeyspaceStore Store) Open()
    {
        var rule = new KeyspaceMergeRule();
        var events = new TableEvents(_ => { }, () => { }, failure => throw failure, _ => { });
        var tables = TableStore.Open(Disk.Mount(process), process, options, rule, events);
        return (tables, KeyspaceStore.Open(tables, rule));
    }
}
