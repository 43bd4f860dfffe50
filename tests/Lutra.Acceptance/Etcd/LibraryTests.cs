using Lutra.Acceptance.Processes;
using Lutra.Client;

namespace Lutra.Acceptance.Etcd;

/// <summary>Our client library and command line, over gRPC, at whatever speaks etcd's API: the same at Lutra and at etcd itself.</summary>
public abstract class LibraryTests : IAsyncDisposable
{
    private static readonly HoldOptions Hold = new() { TimeToLive = TimeSpan.FromSeconds(60) };

    private readonly EtcdTarget target;
    private readonly Etcdctl etcdctl;
    private readonly LutraClient client;

    protected LibraryTests(EtcdTarget target)
    {
        target.Require();
        this.target = target;
        etcdctl = new Etcdctl(target);
        client = new LutraClient(new LutraClientOptions { Endpoints = Endpoints.ParseList(string.Join(',', target.Endpoints)), Timeout = TimeSpan.FromSeconds(120) });
    }

    protected LutraClient Library => client;

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return client.DisposeAsync();
    }

    [Fact]
    public async Task Keys_transactions_and_leases_go_both_ways_with_etcdctl()
    {
        await client.PutAsync("lib/a", "one", cancellationToken: Stop);
        Assert.Equal("lib/a\none", await etcdctl.PrintAsync("get", "lib/a"));
        await etcdctl.PrintAsync("put", "lib/a", "two");
        var found = (await client.GetAsync("lib/a", cancellationToken: Stop))!;
        Assert.Equal(("two", 2L), (found.Text(), found.Version));
        var change = client.Transaction().If(When.Unchanged(found)).Then(Do.Put("lib/a", "three"), Do.Get("lib/a")).Else(Do.Get("lib/a"));
        Assert.Equal("three", (await change.RunAsync(cancellationToken: Stop)).ReadKey(1)!.Text());
        var late = await change.RunAsync(cancellationToken: Stop);
        Assert.Equal((false, "three"), (late.Succeeded, late.ReadKey(0)!.Text()));
        Assert.Equal(LutraError.FutureRevision, await ErrorOfAsync(client.RangeAsync(new RangeOperation(KeyRange.All, Revision: new Revision(1_000_000)), cancellationToken: Stop).AsTask()));
        Assert.Equal(LutraError.LeaseNotFound, await ErrorOfAsync(client.KeepAliveAsync(12345, Stop).AsTask()));

        await using (var lease = await client.HoldLeaseAsync(Hold, Stop))
        {
            await client.PutAsync(new PutOperation("lib/leased"u8.ToArray(), default, lease.Id), cancellationToken: Stop);
            Assert.Equal(60, (await client.KeepAliveAsync(lease.Id, Stop)).TtlSeconds);
            Assert.Single((await client.LeaseAsync(lease.Id, withKeys: true, Stop)).Keys);
            Assert.Contains(lease.Id, await client.LeasesAsync(Stop));
        }

        Assert.Null(await client.GetAsync("lib/leased", cancellationToken: Stop));
        Assert.Equal(1, (await client.DeleteAsync(new DeleteOperation(KeyRange.Prefix("lib/"u8.ToArray())), cancellationToken: Stop)).Deleted);
    }

    [Fact]
    public async Task A_watch_tells_where_it_begins_and_every_change()
    {
        await client.PutAsync("watched/a", "0", cancellationToken: Stop);
        await using var watch = client.WatchAsync("watched/", Stop).GetAsyncEnumerator(Stop);
        Assert.True(await watch.MoveNextAsync());
        Assert.Empty(watch.Current.Events);
        await etcdctl.PrintAsync("put", "watched/a", "1");
        await client.Transaction().Then(Do.Put("watched/b", "2"), Do.Delete("watched/a")).RunAsync(cancellationToken: Stop);
        List<string> told = [];
        while (told.Count < 3 && await watch.MoveNextAsync())
            told.AddRange(watch.Current.Events.Select(one => $"{(one.IsDelete ? '-' : '+')}{one.Current.KeyText()}"));
        Assert.Equal("+watched/a", told[0]);
        Assert.Equal(["+watched/b", "-watched/a"], told[1..].Order());
    }

    [Fact]
    public async Task K04_a_lock_is_the_same_to_the_library_and_to_etcdctl()
    {
        var held = await client.Locks.AcquireAsync("shared mutex", Hold, Stop);
        using var other = etcdctl.Follow("lock", "shared mutex");
        while ((await client.RangeAsync(Do.GetPrefix("shared mutex/"), cancellationToken: Stop)).Count < 2)
            await Task.Yield();
        Assert.Null(await client.Locks.TryAcquireAsync("shared mutex", Hold, Stop));
        await held.DisposeAsync();
        Assert.StartsWith("shared mutex/", await other.LineAsync(), StringComparison.Ordinal);
        var next = client.Locks.AcquireAsync("shared mutex", Hold, Stop).AsTask();
        other.Interrupt();
        await using var ours = await next;
        Assert.True(ours.FencingToken > held.FencingToken);
    }

    [Fact]
    public async Task The_command_line_reads_writes_and_shows_the_cluster()
    {
        Assert.Equal((0, "OK"), await RunAsync("put", "cli/a", "one"));
        Assert.Equal((0, "one"), await RunAsync("get", "cli/a"));
        Assert.Equal((3, "Error: Key not found"), await RunAsync("get", "cli/none"));
        Assert.Equal("cli/a\none", await etcdctl.PrintAsync("get", "cli/a"));
        Assert.Equal((0, "1"), await RunAsync("del", "cli/a"));
        var (granted, lease) = await RunAsync("lease", "grant", "60");
        Assert.Equal(0, granted);
        Assert.Equal(0, (await RunAsync("lease", "revoke", lease.Split('\t')[0])).ExitCode);
        Assert.Contains("leader", (await RunAsync("member", "list")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("status")).ExitCode);
    }

    private protected Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) =>
        LutraProcess.RunAsync([.. arguments, "--endpoints", string.Join(',', target.Endpoints)]);

    private protected static async Task<LutraError> ErrorOfAsync(Task call) => (await Assert.ThrowsAsync<LutraException>(() => call)).Error;
}

[Collection(OnLutra.Name)]
public sealed class LibraryTestsOnLutra(OneLutra target) : LibraryTests(target);

[Collection(OnEtcd.Name)]
public sealed class LibraryTestsOnEtcd(OneEtcd target) : LibraryTests(target)
{
    [Fact]
    public async Task C07_what_etcd_cannot_do_is_refused_and_says_so()
    {
        var keyed = await Assert.ThrowsAsync<LutraException>(() => Library.PutAsync("a", "1", new WriteOptions("once"), Stop).AsTask());
        Assert.Equal(LutraError.InvalidArgument, keyed.Error);
        Assert.Contains("is etcd, which knows no idempotency keys", keyed.Message, StringComparison.Ordinal);
        Assert.Null(await Library.GetAsync("a", cancellationToken: Stop));
        var (exitCode, output) = await RunAsync("snapshot", "save", Path.Combine(Path.GetTempPath(), "lutra-never-written.snap"));
        Assert.Equal(2, exitCode);
        Assert.Contains("is etcd, which", output, StringComparison.Ordinal);
        Assert.Equal(LutraError.InvalidArgument, await ErrorOfAsync(Library.Users.ChangeAsync(new SetPasswordHash("nobody", "$2a$10$"), Stop).AsTask()));
        Assert.Equal(LutraError.InvalidArgument, await ErrorOfAsync(Library.ChangeMembersAsync(new ReplaceMember("1", "localhost:1"), Stop).AsTask()));
    }
}
