using System.Globalization;

namespace Lutra.Acceptance.Etcd;

/// <summary>etcdctl lease.</summary>
public abstract class LeaseCommands
{
    private readonly Etcdctl etcdctl;

    protected LeaseCommands(EtcdTarget target)
    {
        target.Require();
        etcdctl = new Etcdctl(target);
    }

    [Fact]
    public async Task A_lease_is_granted_shown_renewed_and_revoked_with_its_keys()
    {
        var lease = await GrantAsync(100);
        await etcdctl.PrintAsync("put", "leased/b", "x", $"--lease={lease}");
        await etcdctl.PrintAsync("put", "leased/a", "x", $"--lease={lease}");
        var shown = await etcdctl.JsonAsync("lease", "timetolive", lease, "--keys");
        Assert.Equal(long.Parse(lease, NumberStyles.HexNumber, CultureInfo.InvariantCulture), shown.GetProperty("id").GetInt64());
        Assert.Equal(100, shown.GetProperty("granted-ttl").GetInt64());
        Assert.InRange(shown.GetProperty("ttl").GetInt64(), 90, 100);
        Assert.Equal(2, shown.GetProperty("keys").GetArrayLength());
        Assert.Contains(lease, await etcdctl.PrintAsync("lease", "list"), StringComparison.Ordinal);
        Assert.Equal($"lease {lease} keepalived with TTL(100)", await etcdctl.PrintAsync("lease", "keep-alive", lease, "--once"));
        var before = await etcdctl.RevisionAsync();
        Assert.Equal($"lease {lease} revoked", await etcdctl.PrintAsync("lease", "revoke", lease));
        Assert.Equal(before + 1, await etcdctl.RevisionAsync());
        Assert.Equal("", await etcdctl.PrintAsync("get", "leased/", "--prefix"));
        Assert.Equal($"lease {lease} already expired", await etcdctl.PrintAsync("lease", "timetolive", lease));
        Assert.DoesNotContain(lease, await etcdctl.PrintAsync("lease", "list"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lease_that_is_not_there_is_told_as_etcd_tells_it()
    {
        Assert.Equal(
            "Error: failed to revoke lease (etcdserver: requested lease not found)", await etcdctl.RefusedAsync("lease", "revoke", "1234567"));
        Assert.Equal("Error: etcdserver: requested lease not found", await etcdctl.RefusedAsync("lease", "keep-alive", "1234567", "--once"));
        Assert.Equal("lease 0000000001234567 already expired", await etcdctl.PrintAsync("lease", "timetolive", "1234567"));
        Assert.Equal("Error: failed to grant lease (etcdserver: too large lease TTL)", await etcdctl.RefusedAsync("lease", "grant", "9000000001"));
    }

    [Fact]
    public async Task A_grant_or_a_revocation_without_keys_uses_no_revision()
    {
        var before = await etcdctl.RevisionAsync();
        var lease = await GrantAsync(1000);
        await etcdctl.PrintAsync("lease", "revoke", lease);
        Assert.Equal(before, await etcdctl.RevisionAsync());
    }

    [Fact]
    public async Task A_short_time_is_lengthened_and_when_it_is_over_the_keys_go()
    {
        Assert.Contains("granted with TTL(2s)", await etcdctl.PrintAsync("lease", "grant", "1"), StringComparison.Ordinal);
        Assert.Contains("granted with TTL(2s)", await etcdctl.PrintAsync("lease", "grant", "0"), StringComparison.Ordinal);
        var lease = await GrantAsync(2);
        await etcdctl.PrintAsync("put", "short/a", "x", $"--lease={lease}");
        using var watch = etcdctl.Follow("watch", "short/a", $"--rev={await etcdctl.RevisionAsync()}");
        Assert.Equal(["PUT", "short/a", "x", "DELETE", "short/a"], await watch.LinesAsync(5));
    }

    [Fact]
    public async Task A_key_leaves_its_lease_when_it_is_put_without_it_or_with_another()
    {
        var (one, other) = (await GrantAsync(100), await GrantAsync(100));
        await etcdctl.PrintAsync("put", "moved/a", "x", $"--lease={one}");
        await etcdctl.PrintAsync("put", "moved/b", "x", $"--lease={one}");
        await etcdctl.PrintAsync("put", "moved/c", "x", $"--lease={one}");
        await etcdctl.PrintAsync("put", "moved/a", "y", $"--lease={other}");
        await etcdctl.PrintAsync("put", "moved/b", "y");
        await etcdctl.PrintAsync("put", "moved/c", "y", "--ignore-lease");
        await etcdctl.PrintAsync("lease", "revoke", one);
        Assert.Equal("moved/a\ny\nmoved/b\ny", await etcdctl.PrintAsync("get", "moved/", "--prefix"));
    }

    private async Task<string> GrantAsync(int ttlSeconds) => (await etcdctl.PrintAsync("lease", "grant", $"{ttlSeconds}")).Split(' ')[1];
}

[Collection(OnLutra.Name)]
public sealed class LeaseCommandsOnLutra(OneLutra target) : LeaseCommands(target);

[Collection(OnEtcd.Name)]
public sealed class LeaseCommandsOnEtcd(OneEtcd target) : LeaseCommands(target);
