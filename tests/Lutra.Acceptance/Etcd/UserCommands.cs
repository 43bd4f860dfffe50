namespace Lutra.Acceptance.Etcd;

/// <summary>etcdctl user, role and auth, and every other command as somebody. Each test has a store of its own, since users are asked for in all of it.</summary>
public abstract class UserCommands(EtcdTarget target) : IAsyncLifetime
{
    private const string Denied = "Error: etcdserver: permission denied";

    private Etcdctl etcdctl = null!;

    public async ValueTask InitializeAsync()
    {
        target.Require();
        await target.InitializeAsync();
        etcdctl = new Etcdctl(target);
        Assert.Equal("User root created", await etcdctl.PrintAsync("user", "add", "root:rootpw"));
        Assert.Equal("User alice created", await etcdctl.PrintAsync("user", "add", "alice:pw"));
        Assert.Equal("Role limited created", await etcdctl.PrintAsync("role", "add", "limited"));
        Assert.Equal("Role limited updated", await etcdctl.PrintAsync("role", "grant-permission", "limited", "readwrite", "one"));
        Assert.Equal("Role limited updated", await etcdctl.PrintAsync("role", "grant-permission", "limited", "read", "many/", "--prefix=true"));
        Assert.Equal("Role limited is granted to user alice", await etcdctl.PrintAsync("user", "grant-role", "alice", "limited"));
        Assert.Equal("Authentication Enabled", await etcdctl.PrintAsync("auth", "enable", "--user=root:rootpw"));
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return target.DisposeAsync();
    }

    [Fact]
    public async Task Each_may_do_what_its_roles_allow()
    {
        Assert.Equal("OK", await AsAsync("alice:pw", "put", "one", "1"));
        Assert.Equal("one\n1", await AsAsync("alice:pw", "get", "one"));
        Assert.Equal("OK", await AsAsync("root:rootpw", "put", "many/a", "2"));
        Assert.Equal("many/a\n2", await AsAsync("alice:pw", "get", "many/", "--prefix"));
        Assert.Equal(Denied, await RefusedAsync("alice:pw", "put", "many/a", "3"));
        Assert.Equal(Denied, await RefusedAsync("alice:pw", "get", "", "--prefix"));
        Assert.Equal(Denied, await RefusedAsync("alice:pw", "del", "many/a"));
        Assert.Equal(Denied, await RefusedAsync("alice:pw", "get", "one", "oof"));
        Assert.Equal("Error: etcdserver: user name is empty", await etcdctl.RefusedAsync("get", "one"));
        Assert.Equal("Error: etcdserver: authentication failed, invalid user ID or password", await RefusedAsync("alice:wrong", "get", "one"));
        Assert.Equal("Error: etcdserver: authentication failed, invalid user ID or password", await RefusedAsync("nobody:pw", "get", "one"));
    }

    [Fact]
    public async Task Users_and_roles_are_roots_business()
    {
        Assert.Equal("alice\nroot", await AsAsync("root:rootpw", "user", "list"));
        Assert.Equal("limited\nroot", await AsAsync("root:rootpw", "role", "list"));
        Assert.Equal(Denied, await RefusedAsync("alice:pw", "user", "list"));
        Assert.Equal("User: alice\nRoles: limited", await AsAsync("alice:pw", "user", "get", "alice"));
        Assert.Equal(Denied, await RefusedAsync("alice:pw", "user", "get", "root"));
        Assert.Equal(
            "Role limited\nKV Read:\n\t[many/, many0) (prefix many/)\n\tone\nKV Write:\n\tone", await AsAsync("alice:pw", "role", "get", "limited"));
        Assert.Equal(Denied, await RefusedAsync("alice:pw", "auth", "disable"));
        Assert.Equal("Error: etcdserver: invalid auth management", await RefusedAsync("root:rootpw", "user", "delete", "root"));
        Assert.Equal("Error: etcdserver: invalid auth management", await RefusedAsync("root:rootpw", "role", "delete", "root"));
        Assert.Equal("Error: etcdserver: invalid auth management", await RefusedAsync("root:rootpw", "user", "revoke-role", "root", "root"));
        Assert.Equal("Error: etcdserver: user name already exists", await RefusedAsync("root:rootpw", "user", "add", "alice:x"));
        Assert.Equal("Error: etcdserver: role name not found", await RefusedAsync("root:rootpw", "user", "grant-role", "alice", "none"));
    }

    [Fact]
    public async Task What_is_revoked_is_revoked_at_once()
    {
        Assert.Equal("Permission of range [many/, many0) is revoked from role limited", await AsAsync("root:rootpw", "role", "revoke-permission", "limited", "many/", "--prefix=true"));
        Assert.Equal(Denied, await RefusedAsync("alice:pw", "get", "many/", "--prefix"));
        Assert.Equal("Role limited is revoked from user alice", await AsAsync("root:rootpw", "user", "revoke-role", "alice", "limited"));
        Assert.Equal(Denied, await RefusedAsync("alice:pw", "get", "one"));
        var changed = await etcdctl.TypeAsync("newpw\n", "--user=root:rootpw", "user", "passwd", "alice", "--interactive=false");
        Assert.Equal("Password updated", changed.Output.Trim());
        Assert.Equal("Error: etcdserver: authentication failed, invalid user ID or password", await RefusedAsync("alice:pw", "get", "one"));
        Assert.Equal(Denied, await RefusedAsync("alice:newpw", "get", "one"));
        Assert.Equal("User alice deleted", await AsAsync("root:rootpw", "user", "delete", "alice"));
        Assert.Equal("Error: etcdserver: authentication failed, invalid user ID or password", await RefusedAsync("alice:newpw", "get", "one"));
    }

    [Fact]
    public async Task Nobody_is_asked_for_once_that_is_disabled()
    {
        Assert.Equal("Authentication Disabled", await AsAsync("root:rootpw", "auth", "disable"));
        Assert.Equal("OK", await etcdctl.PrintAsync("put", "one", "1"));
        Assert.Equal("one\n1", await AsAsync("alice:whatever", "get", "one"));
        Assert.Equal("Authentication Disabled", await etcdctl.PrintAsync("auth", "disable"));
        Assert.Equal("Authentication Enabled", await etcdctl.PrintAsync("auth", "enable", "--user=root:rootpw"));
        Assert.Equal("Error: etcdserver: user name is empty", await etcdctl.RefusedAsync("get", "one"));
    }

    private Task<string> AsAsync(string user, params string[] arguments) => etcdctl.PrintAsync([$"--user={user}", .. arguments]);

    private Task<string> RefusedAsync(string user, params string[] arguments) => etcdctl.RefusedAsync([$"--user={user}", .. arguments]);
}

public sealed class UserCommandsOnLutra() : UserCommands(new OneLutra());

public sealed class UserCommandsOnThreeLutras() : UserCommands(new ThreeLutras());

public sealed class UserCommandsOnEtcd() : UserCommands(new OneEtcd());
