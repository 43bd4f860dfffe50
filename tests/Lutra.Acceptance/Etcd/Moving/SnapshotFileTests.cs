using Lutra.Acceptance.Faults;
using Lutra.Acceptance.Processes;

namespace Lutra.Acceptance.Etcd.Moving;

/// <summary>A store goes from Lutra to etcd and from etcd to Lutra by a file, and its clients see no difference.</summary>
public sealed class SnapshotFileTests : IDisposable
{
    private readonly ProcessFolder folder = new();

    public SnapshotFileTests()
    {
        Tools.Require("etcd");
        Tools.Require("etcdctl");
    }

    private string FilePath => Path.Combine(folder.Path, "store.db");

    [Fact]
    public async Task A_real_etcd_goes_on_from_a_snapshot_of_ours()
    {
        await using var cluster = await RealCluster.StartAsync(1);
        var ours = new Etcdctl([cluster.Address(0)]);
        await FurnishAsync(ours);
        await ours.PrintAsync("snapshot", "save", FilePath);
        var status = await ours.JsonAsync("snapshot", "status", FilePath);
        Assert.Equal(await ours.RevisionAsync(), status.GetProperty("revision").GetInt64());
        Assert.Equal(new FileInfo(FilePath).Length - 32, status.GetProperty("totalSize").GetInt64());

        using var etcd = await RealEtcd.StartAsync(FilePath);
        await AssertSameAsync(ours, etcd.Etcdctl);
    }

    [Fact]
    public async Task Lutra_goes_on_from_a_snapshot_of_etcds()
    {
        using var etcd = await RealEtcd.StartAsync();
        await FurnishAsync(etcd.Etcdctl);
        await etcd.Etcdctl.PrintAsync("snapshot", "save", FilePath);
        await RestoreAsync("--revision-jump=0");
        await AssertSameAsync(etcd.Etcdctl, await ServeAsync());
    }

    [Fact]
    public async Task A_members_database_is_taken_once_etcd_is_stopped()
    {
        using var etcd = await RealEtcd.StartAsync();
        await FurnishAsync(etcd.Etcdctl);
        var portrait = await Portrait.OfAsync(etcd.Etcdctl);
        etcd.Stop();
        File.Copy(etcd.DatabasePath, FilePath);
        var (code, said) = await LutraProcess.RunAsync("snapshot", "restore", FilePath, $"--dir={folder.Path}");
        Assert.True(code == 2 && said.Contains("--skip-hash-check", StringComparison.Ordinal), said);
        await RestoreAsync("--revision-jump=0", "--skip-hash-check");
        Assert.Equal(portrait, await Portrait.OfAsync(await ServeAsync()));
    }

    [Fact]
    public async Task S10_by_itself_a_restored_store_jumps_ahead()
    {
        using var etcd = await RealEtcd.StartAsync();
        await FurnishAsync(etcd.Etcdctl);
        await etcd.Etcdctl.PrintAsync("snapshot", "save", FilePath);
        var before = await etcd.Etcdctl.RevisionAsync();
        await RestoreAsync();
        var ours = await ServeAsync();
        Assert.Equal(before + 1_000_000_000, await ours.RevisionAsync());
        Assert.Equal("Error: etcdserver: mvcc: required revision has been compacted", await ours.RefusedAsync("get", "a", $"--rev={before}"));
        Assert.Equal(await KeysAsync(etcd.Etcdctl), await KeysAsync(ours));
    }

    [Fact]
    public async Task Users_and_roles_go_to_etcd_by_way_of_Lutra_and_their_passwords_hold()
    {
        using var etcd = await RealEtcd.StartAsync();
        await etcd.Etcdctl.PrintAsync("put", "anna/a", "1");
        foreach (var command in (string[])["role add root", "role add reader", "role grant-permission reader read anna/ --prefix=true", "role grant-permission reader readwrite one"])
            await etcd.Etcdctl.PrintAsync(command.Split(' '));
        foreach (var command in (string[])["user add root:secret", "user grant-role root root", "user add anna:otter", "user grant-role anna reader", "user add cert --no-password"])
            await etcd.Etcdctl.PrintAsync(command.Split(' '));
        await etcd.Etcdctl.PrintAsync("snapshot", "save", FilePath);
        await RestoreAsync("--revision-jump=0");
        var ours = await ServeAsync();
        Assert.Equal(await Portrait.OfAsync(etcd.Etcdctl, withUsers: true), await Portrait.OfAsync(ours, withUsers: true));
        await ours.PrintAsync("auth", "enable");
        Assert.Equal("anna/a\n1", await ours.PrintAsync("--user=anna:otter", "get", "anna/a"));
        Assert.Contains("permission denied", await ours.RefusedAsync("--user=anna:otter", "put", "anna/a", "2"), StringComparison.Ordinal);
        Assert.Contains("permission denied", await ours.RefusedAsync("--user=anna:otter", "snapshot", "save", FilePath + ".hers"), StringComparison.Ordinal);
        await ours.PrintAsync("--user=root:secret", "auth", "disable");
        var again = FilePath + ".again";
        await ours.PrintAsync("snapshot", "save", again);

        using var second = await RealEtcd.StartAsync(again);
        Assert.Equal(await Portrait.OfAsync(etcd.Etcdctl, withUsers: true), await Portrait.OfAsync(second.Etcdctl, withUsers: true));
        await second.Etcdctl.PrintAsync("auth", "enable");
        Assert.Equal("anna/a\n1", await second.Etcdctl.PrintAsync("--user=anna:otter", "get", "anna/a"));
        Assert.Contains("permission denied", await second.Etcdctl.RefusedAsync("--user=anna:otter", "put", "anna/a", "2"), StringComparison.Ordinal);
        Assert.Contains("invalid user ID or password", await second.Etcdctl.RefusedAsync("--user=anna:beaver", "get", "anna/a"), StringComparison.Ordinal);
    }

    /// <summary>By hand: LUTRA_MOVED_KEYS=100000 and more.</summary>
    [Fact]
    public async Task Many_keys_go_there_and_back_in_bounded_memory()
    {
        var keys = Amount.Of("LUTRA_MOVED_KEYS", 20_000);
        await using var cluster = await RealCluster.StartAsync(1);
        var ours = new Etcdctl([cluster.Address(0)]);
        for (var at = 0; at < keys; at += 100)
        {
            var batch = Enumerable.Range(at, Math.Min(100, keys - at)).Select(number => (Operation)new PutOperation(Bytes($"many/{number:d9}"), new byte[1000]));
            await cluster.Client.TransactAsync(new TransactionOperation([], [.. batch], []));
        }
        await ours.PrintAsync("compaction", $"{await ours.RevisionAsync()}");
        var before = PeakBytes(cluster.Process(0).Id);
        await ours.PrintAsync("snapshot", "save", FilePath);

        // Far less than the store; what a busy process allocates between two collections is what is left.
        var grownBytes = PeakBytes(cluster.Process(0).Id) - before;
        Assert.True(grownBytes < 96_000_000, $"A snapshot of {new FileInfo(FilePath).Length} bytes took {grownBytes} bytes of memory.");

        using var etcd = await RealEtcd.StartAsync(FilePath);
        Assert.Equal($"{keys}", (await etcd.Etcdctl.JsonAsync("get", "many/", "--prefix", "--limit=1")).GetProperty("count").GetRawText());
        Assert.Equal(await Portrait.HashesAsync(ours, 0, 0), await Portrait.HashesAsync(etcd.Etcdctl, 0, 0));

        await etcd.Etcdctl.PrintAsync("snapshot", "save", FilePath + ".2");
        var restore = folder.Add(LutraProcess.Start("snapshot", "restore", FilePath + ".2", $"--dir={folder.Path}", "--revision-jump=0"));
        var peakBytes = 0L;
        while (!restore.HasExited)
            peakBytes = Math.Max(peakBytes, PeakBytes(restore.Id));
        await restore.ExitedAsync(TimeSpan.FromSeconds(60));
        Assert.True(restore.ExitCode == 0, restore.Output);
        Assert.True(peakBytes < 350_000_000, $"Restoring {new FileInfo(FilePath).Length} bytes took {peakBytes} bytes of memory.");
        Assert.Equal(await Portrait.HashesAsync(ours, 0, 0), await Portrait.HashesAsync(await ServeAsync(), 0, 0));
    }

    public void Dispose() => folder.Dispose();

    internal static async Task FurnishAsync(Etcdctl etcdctl)
    {
        for (var number = 0; number < 12; number++)
        {
            await etcdctl.PrintAsync("put", $"key/{number % 7}", $"value {number}");
            await etcdctl.TypeAsync($"\nput txn/b {number}\nput txn/a {number}\ndel key/{number - 3}\n\n\n", "txn");
        }
        await etcdctl.PrintAsync("put", "empty", "");
        await etcdctl.PrintAsync("put", "a", "old");
        await etcdctl.PrintAsync("del", "a");
        await etcdctl.PrintAsync("put", "a", "new");
        var lease = (await etcdctl.PrintAsync("lease", "grant", "5000")).Split(' ')[1];
        await etcdctl.PrintAsync("lease", "grant", "6000");
        await etcdctl.PrintAsync("put", "leased/1", "x", $"--lease={lease}");
        await etcdctl.PrintAsync("put", "leased/2", "x", $"--lease={lease}");
        await etcdctl.PrintAsync("put", "leased/2", "free");
        await etcdctl.PrintAsync("compaction", "9");
        await etcdctl.PrintAsync("put", "after", "all");
    }

    private static async Task AssertSameAsync(Etcdctl expected, Etcdctl actual)
    {
        Assert.Equal(await Portrait.OfAsync(expected), await Portrait.OfAsync(actual));

        // 3.4 has no hash at the compaction floor itself.
        var last = await expected.RevisionAsync();
        Assert.Equal(await Portrait.HashesAsync(expected, 10, last), await Portrait.HashesAsync(actual, 10, last));
        Assert.Equal(await expected.PrintAsync("get", "a", $"--rev={last - 6}"), await actual.PrintAsync("get", "a", $"--rev={last - 6}"));
        Assert.Equal(await expected.RefusedAsync("get", "a", "--rev=5"), await actual.RefusedAsync("get", "a", "--rev=5"));

        // And both go on alike.
        foreach (var etcdctl in (Etcdctl[])[expected, actual])
        {
            await etcdctl.PrintAsync("put", "key/1", "next");
            await etcdctl.PrintAsync("del", "leased/1");
            await etcdctl.PrintAsync("compaction", $"{last}");
        }
        Assert.Equal(await Portrait.OfAsync(expected), await Portrait.OfAsync(actual));
        Assert.Equal(await Portrait.HashesAsync(expected, last + 1, last + 2), await Portrait.HashesAsync(actual, last + 1, last + 2));
    }

    private static async Task<string> KeysAsync(Etcdctl etcdctl) => (await etcdctl.JsonAsync("get", "", "--prefix")).GetProperty("kvs").GetRawText();

    private static byte[] Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    private static long PeakBytes(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(each => each.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : 1024 * long.Parse(line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private async Task RestoreAsync(params string[] more)
    {
        var (code, said) = await LutraProcess.RunAsync(["snapshot", "restore", FilePath, $"--dir={folder.Path}", .. more]);
        Assert.True(code == 0, said);
    }

    /// <summary>Starts a node on what was restored.</summary>
    private async Task<Etcdctl> ServeAsync()
    {
        var address = $"localhost:{LoopbackPorts.Next()}";
        var node = folder.Add(LutraProcess.Start("serve", $"--addr={address}", $"--dir={folder.Path}"));
        await using var client = new Lutra.Client.LutraClient(new Lutra.Client.LutraClientOptions { Endpoints = [new Uri($"http://{address}")] });
        await node.UntilAsync(() => IsReady(client));
        return new Etcdctl([address]);

        static bool IsReady(ILutraClient client)
        {
            try
            {
                client.GetAsync("ready?").AsTask().GetAwaiter().GetResult();
                return true;
            }
            catch (LutraException)
            {
                return false;
            }
        }
    }
}
