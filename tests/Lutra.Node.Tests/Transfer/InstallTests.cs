using System.Text;
using Lutra.Keyspace;
using Lutra.Keyspace.Auth;
using Lutra.Keyspace.Commands;
using Lutra.Node.Apply;
using Lutra.Node.Measures;
using Lutra.Node.Requests;
using Lutra.Node.Transfer;
using Lutra.Raft;
using Lutra.Simulation.Disk;
using Lutra.Simulation.Scheduling;
using Lutra.Storage.Tables;

namespace Lutra.Node.Tests.Transfer;

/// <summary>A state that takes the place of everything while the log goes on.</summary>
public sealed class InstallTests
{
    private static readonly Configuration members = new([new Member(new MemberId(1), new NodeId(1), "1", "n1:1", "n1:1", MemberRole.Voter)], []);

    private readonly SimulatedScheduler scheduler = new(1);

    [Fact]
    public void S01_entries_that_an_installed_state_contains_are_not_applied_again()
    {
        var (from, keyspaceFrom, _) = Open("leader");
        for (var index = 1; index <= 60; index++)
            keyspaceFrom.Apply(PutAt(index), wantResult: false);
        keyspaceFrom.Publish();
        scheduler.RunUntilIdle();
        using var pinned = from.PinTables();
        var upTo = pinned.Applied.Index.Value;
        Assert.True(upTo > 10, "Nothing was flushed.");

        var (to, keyspace, files) = Open("follower");
        var paths = new List<string>();
        foreach (var file in pinned.Files)
        {
            var bytes = new byte[file.LengthBytes];
            pinned.Read(file, bytes, 0);
            using var copy = files.Create($"tables/{file.Number}.received");
            copy.Write(bytes, 0);
            copy.Sync();
            paths.Add(copy.Path);
        }

        var pending = new PendingWrites();
        var contained = new Waiting(5);
        pending.Add(contained);
        var applied = LogIndex.Zero;
        var process = scheduler.StartProcess("applier");
        var tokens = new List<(AuthEvent What, LogIndex Applied)>();
        var events = new ApplierEvents(
            process.Ready, index => applied = index, () => { }, _ => { }, happened => tokens.AddRange(happened.Select(one => (one, keyspace.Applied.Index))), (_, _) => { }, _ => { });
        var applier = new Applier(keyspace, to, pending, origin: 7, new NodeMeasures(process.Time), events);
        applier.Submit(new StateToInstall(pinned.Applied, members, paths));

        // While the state is being installed, the log catches up, and the core hands out what it committed.
        applier.Submit([.. Enumerable.Range(1, 60).Select(PutAt)]);
        scheduler.RunUntilIdle();

        Assert.Equal(new LogIndex(60), applied);
        Assert.Equal(new LogIndex(60), keyspace.Applied.Index);
        Assert.Equal(LutraError.OutcomeUnknown, contained.Error);

        // What the entries that were passed over did to tokens nobody says: none counts, from before readers see the state.
        Assert.Equal([((AuthEvent)new AllTokensVoid(), LogIndex.Zero)], tokens);
        using var mine = keyspace.Pin();
        using var theirs = keyspaceFrom.Pin();
        Assert.Equal(theirs.HashOfState(), mine.HashOfState());
    }

    [Fact]
    public void S06_a_transfer_that_ends_while_it_is_read_keeps_its_tables_until_then()
    {
        var (tables, keyspace, _) = Open("leader");
        for (var index = 1; index <= 60; index++)
            keyspace.Apply(PutAt(index), wantResult: false);
        keyspace.Publish();
        scheduler.RunUntilIdle();
        var transfer = new OutgoingTransfer(1, new NodeId(2), tables.PinTables(), members, 0);
        Assert.True(transfer.TryBeginReading());
        transfer.Dispose();
        Assert.True(transfer.Tables.Read(transfer.Tables.Files[0], new byte[8], 0) > 0);
        transfer.EndReading();
        Assert.False(transfer.TryBeginReading());
        Assert.Throws<ObjectDisposedException>(() => transfer.Tables.Read(transfer.Tables.Files[0], new byte[8], 0));
    }

    internal static Entry PutAt(int index)
    {
        var put = new WriteCommand(new PutOperation(Encoding.UTF8.GetBytes($"key {index}"), new byte[200]));
        var command = CommandCodec.Encode(new CommandEnvelope(new ProposalId(7, (ulong)index), 1000), put);
        return new Entry(new LogIndex((ulong)index), new Term(1), EntryKind.Command, command);
    }

    private (TableStore Tables, KeyspaceStore Keyspace, Lutra.Storage.Files.IFiles Files) Open(string name)
    {
        var process = scheduler.StartProcess(name);
        var files = new SimulatedDisk(scheduler, name).Mount(process);
        var rule = new KeyspaceMergeRule();
        var tables = TableStore.Open(
            files, process, new TableOptions(MemtableBytes: 2000), rule, new TableEvents(_ => { }, () => { }, failure => throw failure, _ => { }));
        var keyspace = KeyspaceStore.Open(tables, rule);
        keyspace.Begin(members);
        return (tables, keyspace, files);
    }

    private sealed class Waiting : ClientWrite
    {
        public Waiting(ulong number) => (Number, DeadlineMillis) = (number, long.MaxValue);

        public LutraError? Error { get; private set; }

        public override void Applied(in AppliedEntry entry)
        {
        }

        public override void Failed(LutraError error, string message) => Error = error;
    }
}
