using Lutra.Acceptance.Faults;
using Lutra.Acceptance.Processes;
using Lutra.Client.Grpc;
using Lutra.Protocol.Etcd;

namespace Lutra.Acceptance.Etcd.Moving;

/// <summary>What moves between Lutra and etcd is cut off in the middle, has no room, or is no snapshot: nothing half is ever taken for a whole.</summary>
public sealed class BrokenOffTests : IAsyncLifetime
{
    private readonly ProcessFolder folder = new();
    private RealCluster? cluster;

    private Etcdctl Ours => new([cluster!.Address(0)]);

    private string FilePath => Path.Combine(folder.Path, "store.db");

    public async ValueTask InitializeAsync()
    {
        Tools.Require("etcdctl");
        cluster = await RealCluster.StartAsync(1);
        var keys = Amount.Of("LUTRA_MOVED_KEYS", 20_000);
        for (var at = 0; at < keys; at += 100)
        {
            var batch = Enumerable.Range(at, 100).Select(number => (Operation)new PutOperation(System.Text.Encoding.UTF8.GetBytes($"many/{number:d9}"), new byte[1000]));
            await cluster.Client.TransactAsync(new TransactionOperation([], [.. batch], []));
        }
    }

    public async ValueTask DisposeAsync()
    {
        folder.Dispose();
        if (cluster is not null)
            await cluster.DisposeAsync();
    }

    [Fact]
    public async Task A_node_that_dies_while_it_sends_a_snapshot_ends_no_file()
    {
        using var channel = new GrpcChannel(new Uri($"http://{cluster!.Address(0)}"));
        await using var call = channel.Open("etcdserverpb.Maintenance/Snapshot", SnapshotResponse.Parser, TestContext.Current.CancellationToken);
        await call.SendAsync(new SnapshotRequest(), TestContext.Current.CancellationToken);
        call.Complete();
        var first = await call.ReadAsync(TestContext.Current.CancellationToken);
        Assert.True(first is { RemainingBytes: > 10_000_000, Blob.Length: 32 * 1024 });

        // What was not read yet is more than a connection holds.
        cluster.Process(0).Kill();
        await Assert.ThrowsAsync<GrpcException>(async () =>
        {
            while (await call.ReadAsync(TestContext.Current.CancellationToken) is not null)
            {
                // On, to where it breaks.
            }
        });

        cluster.Start(0);
        await cluster.ReadyAsync(0);
        await Ours.PrintAsync("snapshot", "save", FilePath);
    }

    [Fact]
    public async Task Writes_go_on_while_a_snapshot_is_sent_and_it_does_not_hold_them()
    {
        var before = await Ours.RevisionAsync();
        using var stop = new CancellationTokenSource();
        var writing = WriteAsync(stop.Token);
        await Ours.PrintAsync("snapshot", "save", FilePath);
        await stop.CancelAsync();
        Assert.True(await writing > 0);
        var status = await Ours.JsonAsync("snapshot", "status", FilePath);
        Assert.InRange(status.GetProperty("revision").GetInt64(), before, await Ours.RevisionAsync());

        async Task<int> WriteAsync(CancellationToken ending)
        {
            var count = 0;
            for (; !ending.IsCancellationRequested; count++)
                await cluster!.Client.PutAsync(new PutOperation("busy"u8.ToArray(), new byte[100]), default, CancellationToken.None);
            return count;
        }
    }

    [Fact]
    public async Task A_restore_that_is_killed_leaves_a_folder_that_says_so_and_can_be_restored_into_again()
    {
        await Ours.PrintAsync("snapshot", "save", FilePath);
        var node = Path.Combine(folder.Path, "1");
        string[] restore = ["snapshot", "restore", FilePath, $"--dir={folder.Path}", "--revision-jump=0"];
        var first = folder.Add(LutraProcess.Start(restore));
        while (!first.HasExited && !File.Exists(Path.Combine(node, "unfinished-restore")))
            await Task.Delay(1);
        Assert.False(first.HasExited, first.Output);
        first.Kill();

        var (code, said) = await LutraProcess.RunAsync("serve", $"--addr=localhost:{LoopbackPorts.Next()}", $"--dir={folder.Path}");
        Assert.True(code != 0 && said.Contains("was not finished", StringComparison.Ordinal), said);
        Assert.True((await LutraProcess.RunAsync(restore)) is { ExitCode: 0 } done, "The second try failed.");
    }

    [Fact]
    public async Task A_restore_without_room_says_so_and_makes_no_node()
    {
        await Ours.PrintAsync("snapshot", "save", FilePath);
        using var disk = SmallDisk.Mount(megabytes: 4);
        var (code, said) = await LutraProcess.RunAsync("snapshot", "restore", FilePath, $"--dir={disk.Path}");
        Assert.True(code == 1 && said.Contains("no space left", StringComparison.Ordinal), said);
        Assert.False(File.Exists(Path.Combine(disk.Path, "1", "identity")));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(4096 + 70)]
    [InlineData(3 * 4096)]
    [InlineData(1_000_000)]
    public async Task A_damaged_file_is_refused_by_place_and_leaves_nothing(int at)
    {
        await Ours.PrintAsync("snapshot", "save", FilePath);
        var bytes = await File.ReadAllBytesAsync(FilePath);
        bytes[at] ^= 0x10;
        await File.WriteAllBytesAsync(FilePath, bytes);
        foreach (var command in (string[])["inspect", "restore"])
        {
            string[] where = command == "restore" ? [$"--dir={folder.Path}"] : [];
            var (code, said) = await LutraProcess.RunAsync(["snapshot", command, FilePath, .. where]);
            Assert.True(code == 1 && said.Contains("damaged at byte", StringComparison.Ordinal), said);
        }
        Assert.False(Directory.Exists(Path.Combine(folder.Path, "1")));
    }
}
