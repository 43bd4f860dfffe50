using System.Globalization;
using Lutra.Acceptance.Faults;
using Lutra.Acceptance.Processes;

namespace Lutra.Acceptance.Etcd.Moving;

/// <summary>lutra import --from-etcd: a live etcd is copied into a running cluster.</summary>
public sealed class ImportTests : IAsyncLifetime
{
    private RealEtcd? etcd;
    private RealCluster? cluster;

    private Etcdctl Theirs => etcd!.Etcdctl;

    private Etcdctl Ours => new([cluster!.Address(0)]);

    public async ValueTask InitializeAsync()
    {
        etcd = await RealEtcd.StartAsync();
        cluster = await RealCluster.StartAsync(1);
    }

    public async ValueTask DisposeAsync()
    {
        etcd?.Dispose();
        if (cluster is not null)
            await cluster.DisposeAsync();
    }

    [Fact]
    public async Task Keys_values_and_leases_are_copied_and_read_back()
    {
        await SnapshotFileTests.FurnishAsync(Theirs);
        var said = await ImportAsync(0);
        Assert.Contains("Copied 12 keys and 2 leases", said, StringComparison.Ordinal);
        Assert.Contains("read back, and are the same", said, StringComparison.Ordinal);
        Assert.Equal(await KeysAsync(Theirs), await KeysAsync(Ours));
        Assert.Equal(await LeasesAsync(Theirs), await LeasesAsync(Ours));
    }

    [Fact]
    public async Task A_cluster_with_keys_is_left_alone_until_it_is_said_that_they_go()
    {
        await SnapshotFileTests.FurnishAsync(Theirs);
        await Ours.PrintAsync("put", "mine", "1");
        await Ours.PrintAsync("put", "key/1", "mine");
        var before = await KeysAsync(Ours);
        Assert.Contains("holds 2 keys already", await ImportAsync(1), StringComparison.Ordinal);
        Assert.Equal(before, await KeysAsync(Ours));

        await ImportAsync(0, "--into-prefix=etcd/");
        Assert.Equal("mine\n1", await Ours.PrintAsync("get", "mine"));
        Assert.Equal(await Theirs.PrintAsync("get", "key/2", "--print-value-only"), await Ours.PrintAsync("get", "etcd/key/2", "--print-value-only"));

        await ImportAsync(0, "--overwrite");
        Assert.Equal(await KeysAsync(Theirs), await KeysAsync(Ours));

        // What is the same already is only read.
        var revision = await Ours.RevisionAsync();
        Assert.Contains("0 were not here yet", await ImportAsync(0, "--overwrite"), StringComparison.Ordinal);
        Assert.Equal(revision, await Ours.RevisionAsync());
    }

    [Fact]
    public async Task Who_may_see_everything_is_logged_in()
    {
        await Theirs.PrintAsync("put", "a", "1");
        foreach (var command in (string[])["user add root:secret", "role add root", "user grant-role root root", "auth enable"])
            await Theirs.PrintAsync(command.Split(' '));
        Assert.Contains("user name is empty", await ImportAsync(6, "--without-users"), StringComparison.Ordinal);
        Assert.Contains("invalid user ID or password", await ImportAsync(6, "--without-users", "--from-user=root:wrong"), StringComparison.Ordinal);
        await ImportAsync(0, "--without-users", "--from-user=root:secret");
        Assert.Equal("a\n1", await Ours.PrintAsync("get", "a"));
    }

    [Fact]
    public async Task Users_and_roles_are_copied_and_wait_for_new_passwords()
    {
        foreach (var command in (string[])["role add root", "role add reader", "role grant-permission reader read anna/ --prefix=true"])
            await Theirs.PrintAsync(command.Split(' '));
        foreach (var command in (string[])["user add root:secret", "user grant-role root root", "user add anna:otter", "user grant-role anna reader"])
            await Theirs.PrintAsync(command.Split(' '));
        await Theirs.PrintAsync("put", "anna/a", "1");
        await Theirs.PrintAsync("auth", "enable");
        var said = await ImportAsync(0, "--from-user=root:secret");
        Assert.Contains("Copied 2 users and 2 roles", said, StringComparison.Ordinal);
        Assert.Contains("no user has one that anybody knows", said, StringComparison.Ordinal);

        await Theirs.PrintAsync("--user=root:secret", "auth", "disable");
        Assert.Equal(await UsersAsync(Theirs), await UsersAsync(Ours));
        await Ours.TypeAsync("new\nnew\n", "user", "passwd", "root", "--interactive=false");
        await Ours.TypeAsync("newer\n", "user", "passwd", "anna", "--interactive=false");
        await Ours.PrintAsync("auth", "enable");
        Assert.Contains("invalid user ID or password", await Ours.RefusedAsync("--user=anna:otter", "get", "anna/a"), StringComparison.Ordinal);
        Assert.Equal("anna/a\n1", await Ours.PrintAsync("--user=anna:newer", "get", "anna/a"));
    }

    /// <summary>By hand: LUTRA_MOVED_KEYS=100000 and more.</summary>
    [Fact]
    public async Task A_copy_that_was_killed_is_done_again_and_ends_the_same_though_etcd_goes_on()
    {
        var keys = Amount.Of("LUTRA_MOVED_KEYS", 20_000);
        await using var writer = new Lutra.Client.LutraClient(new Lutra.Client.LutraClientOptions { Endpoints = [new Uri($"http://{etcd!.Address}")] });
        for (var at = 0; at < keys; at += 100)
        {
            var batch = Enumerable.Range(at, 100).Select(number => (Operation)new PutOperation(System.Text.Encoding.UTF8.GetBytes($"many/{number:d9}"), new byte[1000]));
            await writer.TransactAsync(new TransactionOperation([], [.. batch], []));
        }

        using (var first = LutraProcess.Start(Arguments("--without-users")))
        {
            await first.UntilAsync(() => first.Output.Contains("copy:", StringComparison.Ordinal));
            first.Kill();
        }

        // Gone there, and some of it here by now.
        await Theirs.PrintAsync("del", "many/000000000");
        await Theirs.PrintAsync("put", "many/000000001", "new");
        using var again = LutraProcess.Start(Arguments("--without-users", "--overwrite"));
        await Task.WhenAll(again.ExitedAsync(TimeSpan.FromSeconds(120)), WriteOnAsync());
        Assert.True(again.ExitCode == 0, again.Output);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"Copied {keys - 1} keys"), again.Output, StringComparison.Ordinal);
        Assert.Equal("", await Ours.PrintAsync("get", "many/000000000"));
        Assert.Equal("many/000000001\nnew", await Ours.PrintAsync("get", "many/000000001"));

        // One revision of etcd is copied, whatever comes after it.
        async Task WriteOnAsync()
        {
            await again.UntilAsync(() => again.Output.Contains("copy:", StringComparison.Ordinal));
            await Theirs.PrintAsync("put", "many/000000002", "later");
            await Theirs.PrintAsync("put", "zzz", "later");
        }
    }

    private string[] Arguments(params string[] more) => ["import", $"--from-etcd={etcd!.Address}", $"--endpoints={cluster!.Address(0)}", .. more];

    private async Task<string> ImportAsync(int exitCode, params string[] more)
    {
        var (code, said) = await LutraProcess.RunAsync(Arguments(more));
        Assert.True(code == exitCode, $"It ended with {code}: {said}");
        return said;
    }

    /// <summary>Revisions are each store's own.</summary>
    private static Task<string> KeysAsync(Etcdctl etcdctl) => etcdctl.PrintAsync("get", "", "--prefix");

    private static async Task<string> UsersAsync(Etcdctl etcdctl)
    {
        var portrait = await Portrait.OfAsync(etcdctl, withUsers: true);
        return portrait[portrait.IndexOf("user ", StringComparison.Ordinal)..];
    }

    private static async Task<string> LeasesAsync(Etcdctl etcdctl)
    {
        var portrait = await Portrait.OfAsync(etcdctl);
        return portrait[portrait.IndexOf("lease ", StringComparison.Ordinal)..];
    }
}
