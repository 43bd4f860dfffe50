using System.Buffers.Binary;
using System.Security.Cryptography;
using Lutra.Keyspace;
using Lutra.Keyspace.Auth;
using Lutra.Keyspace.Commands;
using Lutra.Keyspace.Snapshots.Etcd;
using Lutra.Keyspace.Tests.Model;
using Lutra.Raft;
using Lutra.Simulation.Disk;
using Lutra.Simulation.Scheduling;
using Lutra.Storage.Bolt;
using Lutra.Storage.Files;
using Lutra.Storage.Tables;

namespace Lutra.Fuzz.Targets;

/// <summary>
/// A snapshot file of etcd's, checked from end to end, counted, and made the state of new tables. Inputs are its pages without the zeros at their ends (u16 length, the bytes), so
/// that what is changed is what somebody reads; checksums are made right when pages are made of them.
/// </summary>
internal sealed class EtcdSnapshotTarget : FuzzTarget
{
    private const string Path = "a.db";
    private const int PagesMax = 64;
    private const int CommandsMax = 120;

    public override string Name => "snapshot.etcd";

    public override int Share => 4;

    public override byte[] Example(Random random)
    {
        var scheduler = new SimulatedScheduler(1);
        using var tables = OpenTables(scheduler);
        using var store = KeyspaceStore.Open(tables, new KeyspaceMergeRule());
        var draw = new CommandDraw(random);
        Command[] commands =
        [
            new SetFeatureLevelCommand(KeyspaceLimits.AuthFeatureLevel),
            .. random.Next(2) == 0 ? Users() : [],
            .. Enumerable.Range(0, random.Next(CommandsMax)).Select(_ => draw.Command()),

            // So that there are leaves and branches, and pages that go on.
            .. Enumerable.Range(0, random.Next(4) * random.Next(8)).Select(number => Put($"large/{number}", random.Next(random.Next(3) == 0 ? 9000 : 900))),
        ];
        for (var index = LogIndex.Zero.Next; (int)index.Value <= commands.Length; index = index.Next)
        {
            var envelope = new CommandEnvelope(new ProposalId(7, index.Value), 1_000_000) { Caller = Caller.Inside };
            store.Apply(new Entry(index, new Term(1), EntryKind.Command, CommandCodec.Encode(envelope, commands[(int)index.Value - 1])), wantResult: false);
        }
        store.Publish();
        using var view = store.Pin();
        using var writer = new EtcdSnapshotWriter(view);
        while (writer.Measure())
        {
            // The next thousand.
        }
        List<byte> bytes = [];
        while (writer.Next())
            bytes.AddRange(writer.Piece.Span);
        return Squeeze(bytes.ToArray().AsSpan(..^SHA256.HashSizeInBytes));
    }

    public override void Parse(byte[] input)
    {
        var files = Bed(() => new MemoryFiles { [Path] = Expand(input) });
        var scheduler = Bed(() => new SimulatedScheduler(1));
        using var file = files.Open(Path, writable: false);
        var contents = EtcdSnapshotFile.Check(file, skipHashCheck: false, _ => { });
        var keys = EtcdKeyCount.Of(file, contents, _ => { });
        using var tables = Bed(() => OpenTables(scheduler));
        using var replay = Bed(() => new EtcdReplay(contents, file, tables, revisionJump: input.Length % 2));
        while (Bed(replay.Step))
            Bed(() => RunUntilIdle(scheduler));
        Require(replay.Keys == keys, "Keys are counted otherwise than they are restored.");
        using var store = Bed(() => KeyspaceStore.Open(tables, new KeyspaceMergeRule()));
        Require(store.Counts.Keys == keys && store.Revision == replay.Revision, "A restored store is another than it was said to be.");
        Bed(() =>
        {
            using var view = store.Pin();
            return view.HashOfState();
        });
    }

    public override bool IsDeclared(Exception exception) => exception is DiskException or LutraException;

    private static TableStore OpenTables(SimulatedScheduler scheduler) => TableStore.Open(
        new SimulatedDisk(scheduler, "disk").Mount(scheduler.StartProcess("node")), scheduler, new TableOptions(MemtableBytes: 64 * 1024, BlockCacheBytes: 1),
        new KeyspaceMergeRule(), new TableEvents(_ => { }, () => { }, failure => throw failure, _ => { }));

    private static bool RunUntilIdle(SimulatedScheduler scheduler)
    {
        scheduler.RunUntilIdle();
        return true;
    }

    private static Command Put(string key, int valueBytes) =>
        new WriteCommand(new PutOperation(System.Text.Encoding.UTF8.GetBytes(key), new byte[valueBytes]));

    private static Command[] Users() =>
    [
        new AddRoleCommand("reader"),
        new GrantPermissionCommand("reader", new Permission(PermissionKind.Read, new KeyRange("a"u8.ToArray(), "c"u8.ToArray()))),
        new AddUserCommand("anna", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", false),
        new GrantRoleCommand("anna", "reader"),
        new AddUserCommand("bert", "", true),
    ];

    private static byte[] Squeeze(ReadOnlySpan<byte> image)
    {
        List<byte> bytes = [];
        for (var at = 0; at < image.Length; at += BoltPages.PageSizeBytes)
        {
            var page = image.Slice(at, BoltPages.PageSizeBytes).TrimEnd((byte)0);
            bytes.AddRange([(byte)page.Length, (byte)(page.Length >> 8), .. page]);
        }
        return [.. bytes];
    }

    private static byte[] Expand(ReadOnlySpan<byte> squeezed)
    {
        List<byte[]> pages = [];
        for (var at = 0; at + 2 <= squeezed.Length && pages.Count < PagesMax;)
        {
            var length = Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(squeezed[at..]), squeezed.Length - at - 2);
            var page = new byte[BoltPages.PageSizeBytes];
            squeezed.Slice(at + 2, Math.Min(length, page.Length)).CopyTo(page);
            pages.Add(page);
            at += 2 + length;
        }
        foreach (var meta in pages.Take(2))
            BoltMeta.Seal(meta);
        byte[] image = [.. pages.SelectMany(page => page)];
        return [.. image, .. SHA256.HashData(image)];
    }
}
