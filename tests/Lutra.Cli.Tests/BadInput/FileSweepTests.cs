using System.Security.Cryptography;
using Lutra.Server;

namespace Lutra.Cli.Tests.BadInput;

/// <summary>The commands that read files, given what is no such file: an exit code and a message that names it, and nothing has changed.</summary>
[Collection(nameof(CommandSweepTests))]
public sealed class FileSweepTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("lutra-cli-files-").FullName;
    private LutraNode? node;
    private LutraServer? server;

    public async ValueTask InitializeAsync()
    {
        node = await LutraNode.StartAsync(new LutraNodeOptions { Directory = Path.Combine(folder, "served"), RequestTimeoutMillis = 120_000 });
        await node.WaitUntilReadyAsync();
        await node.PutAsync("before", "x");
        server = await LutraServer.StartAsync(node, new LutraServerOptions
        {
            Address = "localhost:0",
            Logging = Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance,
        });

        // From the same bytes each time.
        var noise = new byte[3200];
        for (var at = 0; at < noise.Length; at += 32)
            SHA256.HashData(BitConverter.GetBytes(at)).CopyTo(noise, at);
        Write("binary", noise);
        Write("empty", []);
        Write("huge", new byte[10_000_000]);
        Write("malformed", "{\"key\":\"a\""u8);
        Write("wrong-type", "{\"key\":1,\"value\":\"x\"}\n"u8);
        Write("no-key", "{\"value\":\"x\"}\n"u8);
        Write("empty-key", "{\"key\":\"\",\"value\":\"x\"}\n"u8);
        var whole = new List<byte>();
        await foreach (var piece in node.SnapshotAsync())
            whole.AddRange(piece.Span);
        Write("cut", [.. whole[..^10]]);
        whole[whole.Count / 2] ^= 1;
        Write("flipped", [.. whole]);
    }

    public async ValueTask DisposeAsync()
    {
        await server!.DisposeAsync();
        await node!.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task What_is_no_snapshot_is_not_restored_and_leaves_nothing_behind()
    {
        foreach (var name in new[] { "empty", "binary", "huge", "malformed", "cut", "flipped", "missing", "" })
        {
            var file = Path.Combine(folder, name);
            await MustRefuseAsync(name, "snapshot", "inspect", file);
            await MustRefuseAsync(name, "snapshot", "restore", file, "--dir", Path.Combine(folder, "restored"));
            Assert.False(Directory.Exists(Path.Combine(folder, "restored")), $"{name} left a folder behind.");
        }
    }

    [Fact]
    public async Task What_cannot_be_imported_says_which_line_and_changes_nothing()
    {
        foreach (var name in new[] { "binary", "huge", "malformed", "wrong-type", "no-key", "empty-key", "missing", "" })
        {
            var run = await MustRefuseAsync(name, "import", Path.Combine(folder, name), "--endpoints", $"localhost:{server!.Address.Port}");
            if (File.Exists(Path.Combine(folder, name)))
                Assert.Contains("ine", run.Errors, StringComparison.Ordinal);
            Assert.Equal(2, (await node!.StatusAsync()).Revision.Value);
        }
    }

    [Fact]
    public async Task A_cluster_is_recovered_only_from_folders_of_nodes()
    {
        foreach (var name in new[] { "empty", "binary", "missing", "" })
            await MustRefuseAsync(name, "recover", Path.Combine(folder, name), "--to", Path.Combine(folder, "recovered"));

        // A node runs on it.
        await MustRefuseAsync("served", "recover", Path.Combine(folder, "served"));
        Assert.False(Directory.Exists(Path.Combine(folder, "recovered")));
    }

    [Theory]
    [InlineData(3, "member", "remove", "nobody")]
    [InlineData(3, "member", "promote", "nobody")]
    [InlineData(3, "member", "replace", "nobody", "localhost:1")]
    [InlineData(3, "leader", "transfer", "nobody")]
    [InlineData(1, "member", "remove", "1")]
    [InlineData(2, "member", "add", "nonsense")]
    [InlineData(2, "member", "add", "1 2", "localhost:1")]
    [InlineData(2, "member", "add", "")]
    [InlineData(2, "snapshot", "save", "/nonexistent/folder/file")]
    public async Task What_members_cannot_do_is_refused_with_its_exit_code(int exit, params string[] args)
    {
        var before = string.Join(' ', (await node!.MembersAsync()).Members);
        var run = await CommandRun.OfAsync([.. args, "--endpoints", $"localhost:{server!.Address.Port}"]);
        Assert.True(run.Exit == exit, $"{CommandRun.Show(args)} ended with {run.Exit}: {run.Errors}");
        Assert.StartsWith("Error: ", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
        Assert.Equal(before, string.Join(' ', (await node.MembersAsync()).Members));
    }

    private void Write(string name, ReadOnlySpan<byte> bytes) => File.WriteAllBytes(Path.Combine(folder, name), bytes);

    private static async Task<CommandRun> MustRefuseAsync(string name, params string[] args)
    {
        var run = await CommandRun.OfAsync(args);
        Assert.True(run.Exit is 1 or 2, $"{CommandRun.Show(args)} ended with {run.Exit}: {run.Output}{run.Errors}");
        Assert.StartsWith("Error: ", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", run.Errors, StringComparison.Ordinal);
        Assert.True(run.Errors.Length is > 20 and < 1500, $"{name}: {run.Errors}");
        return run;
    }
}
