namespace Lutra.Acceptance.Etcd;

/// <summary>etcdctl watch.</summary>
public abstract class WatchCommands
{
    private readonly Etcdctl etcdctl;

    protected WatchCommands(EtcdTarget target)
    {
        target.Require();
        etcdctl = new Etcdctl(target);
    }

    [Fact]
    public async Task History_is_told_and_then_what_happens_with_what_was_before()
    {
        await etcdctl.PrintAsync("put", "watch/a", "one");
        var first = await etcdctl.RevisionAsync();
        await etcdctl.PrintAsync("put", "watch/b", "other");
        using var watch = etcdctl.Follow("watch", "watch/a", $"--rev={first}", "--prev-kv");
        Assert.Equal(["PUT", "watch/a", "one"], await watch.LinesAsync(3));
        await etcdctl.PrintAsync("put", "watch/a", "two");
        Assert.Equal(["PUT", "watch/a", "one", "watch/a", "two"], await watch.LinesAsync(5));
        await etcdctl.PrintAsync("del", "watch/a");
        Assert.Equal(["DELETE", "watch/a", "two", "watch/a", ""], await watch.LinesAsync(5));
    }

    [Fact]
    public async Task All_keys_of_a_prefix_are_told_in_the_order_of_their_changes()
    {
        await etcdctl.PrintAsync("put", "watched/0", "x");
        var first = await etcdctl.RevisionAsync();
        await etcdctl.TypeAsync("\nput watched/2 b\nput watched/1 a\ndel watched/0\n\n\n", "txn");
        await etcdctl.PrintAsync("put", "watched/1", "c");
        using var watch = etcdctl.Follow("watch", "watched/", "--prefix", $"--rev={first + 1}");
        Assert.Equal(
            ["PUT", "watched/2", "b", "PUT", "watched/1", "a", "DELETE", "watched/0", "", "PUT", "watched/1", "c"], await watch.LinesAsync(12));
    }

    [Fact]
    public async Task Several_watches_share_a_stream()
    {
        var from = await etcdctl.RevisionAsync() + 1;
        using var watch = etcdctl.Follow("watch", "-i");
        await watch.TypeAsync($"watch many/a --rev={from}");
        await watch.TypeAsync($"watch many/b --rev={from}");
        await etcdctl.PrintAsync("put", "many/a", "one");
        Assert.Equal(["PUT", "many/a", "one"], await watch.LinesAsync(3));
        await etcdctl.PrintAsync("put", "many/b", "two");
        Assert.Equal(["PUT", "many/b", "two"], await watch.LinesAsync(3));
    }

    [Fact]
    public async Task A_revision_to_come_is_waited_for()
    {
        await etcdctl.PrintAsync("put", "future/a", "0");
        var now = await etcdctl.RevisionAsync();
        using var watch = etcdctl.Follow("watch", "future/a", $"--rev={now + 3}");
        for (var number = 1; number <= 3; number++)
            await etcdctl.PrintAsync("put", "future/a", $"{number}");
        Assert.Equal(["PUT", "future/a", "3"], await watch.LinesAsync(3));
    }

    [Fact]
    public async Task A_watch_from_below_a_compaction_ends()
    {
        await etcdctl.PrintAsync("put", "gone/a", "one");
        var first = await etcdctl.RevisionAsync();
        await etcdctl.PrintAsync("put", "gone/a", "two");
        await etcdctl.PrintAsync("compaction", $"{first + 1}");
        using var watch = etcdctl.Follow("watch", "gone/a", $"--rev={first}");
        Assert.Contains("etcdserver: mvcc: required revision has been compacted", await watch.ErrorsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_large_history_is_told_whole()
    {
        var from = await etcdctl.RevisionAsync() + 1;
        for (var batch = 0; batch < 5; batch++)
            await etcdctl.TypeAsync($"\n{string.Concat(Enumerable.Range(0, 100).Select(number => $"put history/{batch}/{number} {new string('x', 1000)}\n"))}\n\n", "txn");
        using var watch = etcdctl.Follow("watch", "history/", "--prefix", $"--rev={from}");
        var lines = await watch.LinesAsync(1500);
        for (var at = 0; at < 500; at++)
            Assert.Equal($"history/{at / 100}/{at % 100}", lines[(at * 3) + 1]);
    }
}

[Collection(OnLutra.Name)]
public sealed class WatchCommandsOnLutra(OneLutra target) : WatchCommands(target);

[Collection(OnEtcd.Name)]
public sealed class WatchCommandsOnEtcd(OneEtcd target) : WatchCommands(target);
