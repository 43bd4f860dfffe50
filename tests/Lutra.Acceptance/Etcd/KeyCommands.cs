using System.Text;

namespace Lutra.Acceptance.Etcd;

/// <summary>etcdctl put, get, del, txn, compaction.</summary>
public abstract class KeyCommands
{
    private readonly Etcdctl etcdctl;

    protected KeyCommands(EtcdTarget target)
    {
        target.Require();
        etcdctl = new Etcdctl(target);
    }

    [Fact]
    public async Task A_key_is_put_read_overwritten_and_deleted()
    {
        Assert.Equal("OK", await etcdctl.PrintAsync("put", "life/a", "one"));
        Assert.Equal("life/a\none", await etcdctl.PrintAsync("get", "life/a"));
        Assert.Equal("OK\nlife/a\none", await etcdctl.PrintAsync("put", "life/a", "two", "--prev-kv"));
        Assert.Equal("1\nlife/a\ntwo", await etcdctl.PrintAsync("del", "life/a", "--prev-kv"));
        Assert.Equal("0", await etcdctl.PrintAsync("del", "life/a"));
        Assert.Equal("", await etcdctl.PrintAsync("get", "life/a"));
    }

    [Fact]
    public async Task A_reply_says_everything_about_a_key()
    {
        await etcdctl.PrintAsync("put", "told/a", "one");
        var created = await etcdctl.RevisionAsync();
        await etcdctl.PrintAsync("put", "told/a", "two");
        var reply = await etcdctl.JsonAsync("get", "told/a");
        Assert.Equal(created + 1, reply.GetProperty("header").GetProperty("revision").GetInt64());
        Assert.NotEqual(0UL, reply.GetProperty("header").GetProperty("cluster_id").GetUInt64());
        Assert.NotEqual(0UL, reply.GetProperty("header").GetProperty("member_id").GetUInt64());
        Assert.True(reply.GetProperty("header").GetProperty("raft_term").GetUInt64() > 0);
        Assert.Equal(1, reply.GetProperty("count").GetInt64());
        var found = reply.GetProperty("kvs")[0];
        Assert.Equal("told/a", Encoding.UTF8.GetString(found.GetProperty("key").GetBytesFromBase64()));
        Assert.Equal("two", Encoding.UTF8.GetString(found.GetProperty("value").GetBytesFromBase64()));
        Assert.Equal(created, found.GetProperty("create_revision").GetInt64());
        Assert.Equal(created + 1, found.GetProperty("mod_revision").GetInt64());
        Assert.Equal(2, found.GetProperty("version").GetInt64());
    }

    [Fact]
    public async Task Ranges_are_read_from_to_by_prefix_and_from_a_key_on()
    {
        foreach (var name in (string[])["a", "b", "c", "d"])
            await etcdctl.PrintAsync("put", $"zzzrange/{name}", name);
        Assert.Equal("zzzrange/b\nb\nzzzrange/c\nc", await etcdctl.PrintAsync("get", "zzzrange/b", "zzzrange/d"));
        Assert.Equal("zzzrange/a\nzzzrange/b\nzzzrange/c\nzzzrange/d", await KeysAsync("zzzrange/", "--prefix"));
        Assert.Equal("zzzrange/c\nzzzrange/d", await KeysAsync("zzzrange/c", "--from-key"));
        Assert.Equal("zzzrange/a\nzzzrange/b", await KeysAsync("zzzrange/", "--prefix", "--limit=2"));
        Assert.Equal("zzzrange/d\nzzzrange/c", await KeysAsync("zzzrange/", "--prefix", "--limit=2", "--order=DESCEND"));
        Assert.Equal("zzzrange/d", await KeysAsync("zzzrange/", "--prefix", "--limit=1", "--order=DESCEND", "--sort-by=CREATE"));
        Assert.Equal("", await etcdctl.PrintAsync("get", "zzzrange/c", "zzzrange/b"));
        var counted = await etcdctl.JsonAsync("get", "zzzrange/", "--prefix", "--limit=1");
        Assert.Equal(4, counted.GetProperty("count").GetInt64());
        Assert.True(counted.GetProperty("more").GetBoolean());
        Assert.Equal("3", await etcdctl.PrintAsync("del", "zzzrange/a", "zzzrange/d"));
        Assert.Equal("1", await etcdctl.PrintAsync("del", "zzzrange/", "--prefix"));
    }

    [Fact]
    public async Task An_old_revision_is_read_and_one_that_is_not_there_is_refused()
    {
        await etcdctl.PrintAsync("put", "old/a", "one");
        var first = await etcdctl.RevisionAsync();
        await etcdctl.PrintAsync("put", "old/a", "two");
        Assert.Equal("old/a\none", await etcdctl.PrintAsync("get", "old/a", $"--rev={first}"));
        Assert.Equal("Error: etcdserver: mvcc: required revision is a future revision", await etcdctl.RefusedAsync("get", "old/a", $"--rev={first + 100}"));
    }

    [Fact]
    public async Task Serializable_reads_and_values_with_any_bytes_come_back()
    {
        await etcdctl.PrintAsync("put", "bytes/a", "line\nbreak ü €");
        Assert.Equal("bytes/a\nline\nbreak ü €", await etcdctl.PrintAsync("get", "bytes/a", "--consistency=s"));
        await etcdctl.TypeAsync("from a pipe", "put", "bytes/b");
        Assert.Equal("from a pipe", await etcdctl.PrintAsync("get", "bytes/b", "--print-value-only"));
    }

    [Fact]
    public async Task A_value_or_a_lease_is_kept_only_where_there_is_one()
    {
        Assert.Equal("Error: etcdserver: key not found", await etcdctl.RefusedAsync("put", "kept/none", "--ignore-value"));
        Assert.Equal("Error: etcdserver: key not found", await etcdctl.RefusedAsync("put", "kept/none", "x", "--ignore-lease"));
        await etcdctl.PrintAsync("put", "kept/a", "one");
        Assert.Equal("OK", await etcdctl.PrintAsync("put", "kept/a", "--ignore-value"));
        Assert.Equal("kept/a\none", await etcdctl.PrintAsync("get", "kept/a"));
        Assert.Equal("Error: etcdserver: requested lease not found", await etcdctl.RefusedAsync("put", "kept/a", "x", "--lease=123456"));
        Assert.Equal("Error: etcdserver: key is not provided", await etcdctl.RefusedAsync("put", "", "x"));
    }

    [Fact]
    public async Task A_transaction_takes_one_of_its_branches()
    {
        await etcdctl.PrintAsync("put", "txn/a", "one");
        Assert.Equal("SUCCESS\n\nOK\n\ntxn/a\ntwo", (await TransactAsync("value(\"txn/a\") = \"one\"\n\nput txn/a two\nget txn/a\n\nput txn/a else\n\n")).TrimEnd('\n'));
        Assert.Equal("FAILURE\n\n1", (await TransactAsync("mod(\"txn/a\") = \"0\"\n\nput txn/a three\n\ndel txn/a\n\n")).TrimEnd('\n'));
        Assert.Equal("SUCCESS\n\nOK", (await TransactAsync("create(\"txn/a\") = \"0\"\nver(\"txn/a\") < \"1\"\n\nput txn/a four\n\n\n")).TrimEnd('\n'));
        Assert.Equal("FAILURE", (await TransactAsync("value(\"txn/none\") != \"x\"\n\nput txn/a five\n\n\n")).TrimEnd('\n'));
    }

    [Fact]
    public async Task A_transaction_that_writes_a_key_twice_or_is_too_long_is_refused()
    {
        var twice = await etcdctl.TypeAsync("\nput txn/b 1\nput txn/b 2\n\n\n", "txn");
        Assert.Contains("Error: etcdserver: duplicate key given in txn request", twice.Errors, StringComparison.Ordinal);
        var puts = string.Concat(Enumerable.Range(0, 129).Select(number => $"put txn/many{number} x\n"));
        var many = await etcdctl.TypeAsync($"\n{puts}\n\n", "txn");
        Assert.Contains("Error: etcdserver: too many operations in txn request", many.Errors, StringComparison.Ordinal);
        Assert.Equal("", await etcdctl.PrintAsync("get", "txn/b"));
    }

    [Fact]
    public async Task What_lies_below_a_compaction_is_refused_and_what_lies_at_it_is_read()
    {
        await etcdctl.PrintAsync("put", "compact/a", "one");
        var first = await etcdctl.RevisionAsync();
        await etcdctl.PrintAsync("put", "compact/a", "two");
        await etcdctl.PrintAsync("put", "compact/a", "three");
        Assert.Equal($"compacted revision {first + 1}", await etcdctl.PrintAsync("compaction", $"{first + 1}", "--physical"));
        Assert.Equal("compact/a\ntwo", await etcdctl.PrintAsync("get", "compact/a", $"--rev={first + 1}"));
        const string Compacted = "Error: etcdserver: mvcc: required revision has been compacted";
        Assert.Equal(Compacted, await etcdctl.RefusedAsync("get", "compact/a", $"--rev={first}"));
        Assert.Equal(Compacted, await etcdctl.RefusedAsync("compaction", $"{first + 1}"));
        Assert.Equal("Error: etcdserver: mvcc: required revision is a future revision", await etcdctl.RefusedAsync("compaction", "1000000"));
    }

    [Fact]
    public async Task A_request_that_is_too_large_is_refused()
    {
        // Below the limit of a message, above that of a request.
        var run = await etcdctl.TypeAsync(new string('x', 1572864), "put", "large/a");
        Assert.Contains("etcdserver: request is too large", run.Errors, StringComparison.Ordinal);
        run = await etcdctl.TypeAsync(new string('x', 1500000), "put", "large/a");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(1500000, (await etcdctl.PrintAsync("get", "large/a", "--print-value-only")).Length);
    }

    private Task<string> KeysAsync(params string[] arguments) => KeysOnlyAsync(["get", .. arguments, "--keys-only"]);

    private async Task<string> KeysOnlyAsync(string[] arguments) =>
        (await etcdctl.PrintAsync(arguments)).Replace("\n\n", "\n", StringComparison.Ordinal).TrimEnd('\n');

    private async Task<string> TransactAsync(string script)
    {
        var run = await etcdctl.TypeAsync(script, "txn");
        Assert.True(run.ExitCode == 0, run.Errors);
        return run.Output;
    }
}

[Collection(OnLutra.Name)]
public sealed class KeyCommandsOnLutra(OneLutra target) : KeyCommands(target);

[Collection(OnEtcd.Name)]
public sealed class KeyCommandsOnEtcd(OneEtcd target) : KeyCommands(target);
