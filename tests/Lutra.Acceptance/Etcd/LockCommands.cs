namespace Lutra.Acceptance.Etcd;

/// <summary>etcdctl lock, elect: recipes of etcd's own client over leases, transactions and watches.</summary>
public abstract class LockCommands
{
    private readonly Etcdctl etcdctl;

    protected LockCommands(EtcdTarget target)
    {
        target.Require();
        etcdctl = new Etcdctl(target);
    }

    [Fact]
    public async Task A_lock_waits_for_the_one_who_holds_it()
    {
        using var first = etcdctl.Follow("lock", "mutex");
        Assert.StartsWith("mutex/", await first.LineAsync(), StringComparison.Ordinal);
        using var second = etcdctl.Follow("lock", "mutex");
        while ((await etcdctl.JsonAsync("get", "mutex/", "--prefix", "--keys-only")).GetProperty("count").GetInt64() < 2)
            await Task.Yield();
        first.Interrupt();
        Assert.StartsWith("mutex/", await second.LineAsync(), StringComparison.Ordinal);
        second.Interrupt();
    }

    [Fact]
    public async Task A_lock_is_held_while_a_command_runs() =>
        Assert.Equal("held", await etcdctl.PrintAsync("lock", "mutex for a command", "echo", "held"));

    [Fact]
    public async Task An_election_has_one_leader_and_then_the_next()
    {
        using var first = etcdctl.Follow("elect", "election", "one");
        Assert.StartsWith("election/", await first.LineAsync(), StringComparison.Ordinal);
        Assert.Equal("one", await first.LineAsync());
        using var second = etcdctl.Follow("elect", "election", "two");
        using var observer = etcdctl.Follow("elect", "-l", "election");
        Assert.Equal("one", (await observer.LinesAsync(2))[1]);
        while ((await etcdctl.JsonAsync("get", "election/", "--prefix", "--keys-only")).GetProperty("count").GetInt64() < 2)
            await Task.Yield();
        first.Interrupt();
        Assert.Equal("two", (await second.LinesAsync(2))[1]);
        Assert.Equal("two", (await observer.LinesAsync(2))[1]);
        second.Interrupt();
    }
}

[Collection(OnLutra.Name)]
public sealed class LockCommandsOnLutra(OneLutra target) : LockCommands(target);

[Collection(OnEtcd.Name)]
public sealed class LockCommandsOnEtcd(OneEtcd target) : LockCommands(target);
