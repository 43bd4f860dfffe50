using Lutra.Acceptance.Processes;

namespace Lutra.Acceptance.Seeds;

/// <summary>
/// What the seed documents' readers type, with <c>lutra</c> in place of their binaries: every name begins with the row of docs/seeds.md that it shows.
/// </summary>
public sealed class RowTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);
    private readonly ProcessFolder nodes = new();

    public void Dispose() => nodes.Dispose();

    [Fact]
    public async Task Row_0_27_three_nodes_that_share_a_folder_and_name_peers_and_join_together()
    {
        int[] ports = [LoopbackPorts.Next(), LoopbackPorts.Next(), LoopbackPorts.Next()];
        var peers = $"--peers=1=localhost:{ports[0]},2=localhost:{ports[1]},3=localhost:{ports[2]}";
        Serve("--id=1", $"--addr=localhost:{ports[0]}", $"--dir={nodes.Path}", peers);
        Serve("--id=2", $"--addr=localhost:{ports[1]}", $"--dir={nodes.Path}", peers, "--join");
        Serve("--id=3", $"--addr=localhost:{ports[2]}", $"--dir={nodes.Path}", peers, "--join");
        Assert.Equal("OK", await PutWhenReadyAsync(ports[0], "name", "KnociDB"));
        Assert.Equal("KnociDB", await LutraProcess.LineAsync("get", "name", "--server", $"localhost:{ports[1]}"));
        Assert.Matches("^Current (node is Leader|Leader node ID: [123])$", await ShellAsync(ports[2], "leader"));
        Assert.Contains($"  Node 2: localhost:{ports[1]}", await ShellAsync(ports[0], "members"), StringComparison.Ordinal);
        Assert.All((string[])["1", "2", "3"], label => Assert.True(Directory.Exists(Path.Combine(nodes.Path, label))));
    }

    [Fact]
    public async Task Row_0_1_an_id_of_0_is_refused()
    {
        var (code, output) = await LutraProcess.RunAsync("serve", "--id=0", $"--dir={nodes.Path}", $"--addr=localhost:{LoopbackPorts.Next()}");
        Assert.Equal(2, code);
        Assert.Contains("an integer id is positive", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Row_0_8_commands_from_a_pipe_at_a_nodes_own_prompt_end_with_a_graceful_stop()
    {
        var node = Serve("--id=1", $"--addr=localhost:{LoopbackPorts.Next()}", $"--dir={nodes.Path}", "--interactive");
        await node.UntilAsync(() => node.Output.Contains("This node leads", StringComparison.Ordinal));
        await node.WriteAsync("put name KnociDB\nget name\nleader\nhelp\nexit\n");
        await node.ExitedAsync(Soon);
        Assert.Equal(0, node.ExitCode);
        Assert.Contains("\nSuccess\nKnociDB\nCurrent node is Leader\n", node.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Row_1_1_options_with_one_dash_and_addresses_without_host_or_id()
    {
        int[] ports = [LoopbackPorts.Next(), LoopbackPorts.Next(), LoopbackPorts.Next()];
        for (var at = 0; at < 3; at++)
        {
            var others = string.Join(',', ports.Where((_, other) => other != at).Select(port => $"localhost:{port}"));
            Serve($"-id=node{at + 1}", $"-addr=:{ports[at]}", $"-peers={others}", $"-dir={nodes.Path}");
        }

        Assert.Equal("OK", await PutWhenReadyAsync(ports[2], "name", "Alice"));
        var list = string.Join(',', ports.Select(port => $"localhost:{port}"));
        Assert.Equal("OK\nname = Alice\nage = 25\nname = Alice\nOK\nError: key not found\nGoodbye!", await LutraProcess.ShellAsync(list, "put age 25\nget name\ngetall\ndelete age\nget age\nexit"));
    }

    [Fact]
    public async Task Row_2_1_bare_ids_stand_for_the_ports_beside_ones_own()
    {
        var first = 31_000 + (Environment.ProcessId % 900 * 10);
        for (var id = 1; id <= 3; id++)
            Serve("--node-id", $"{id}", "--port", $"{first + id}", "--peers", string.Join(',', new[] { 1, 2, 3 }.Where(other => other != id)), "--dir", nodes.Path);
        Assert.Equal("OK", await PutWhenReadyAsync(first + 1, "mykey", "myvalue"));
        Assert.Equal("myvalue", await LutraProcess.LineAsync("--server", $"http://127.0.0.1:{first + 3}", "get", "mykey"));
    }

    [Fact]
    public async Task Row_2_8_a_missing_key_is_an_error_on_standard_error_with_a_code()
    {
        var port = LoopbackPorts.Next();
        Serve($"--addr=localhost:{port}", $"--dir={nodes.Path}");
        await PutWhenReadyAsync(port, "a", "b");
        var (code, output) = await LutraProcess.RunAsync("--server", $"http://127.0.0.1:{port}", "get", "missing");
        Assert.Equal((3, "Error: Key not found"), (code, output.Trim()));
    }

    [Fact]
    public async Task Row_3_1_a_raft_address_alone_serves_clients_at_8080_or_the_next_free_port()
    {
        var node = Serve("--node-id", "node1", "--raft-addr", $"localhost:{LoopbackPorts.Next()}", "--dir", nodes.Path);
        string Address() => System.Text.RegularExpressions.Regex.Match(node.Output, "http://(localhost:80[0-9]+)").Groups[1].Value;
        await node.UntilAsync(() => node.Output.Contains("This node leads", StringComparison.Ordinal) && Address().Length > 0);
        var address = Address();
        Assert.Equal("OK", await LutraProcess.LineAsync("put", "mykey", "myvalue", "--server", address));
    }

    [Fact]
    public async Task Row_4_9_the_demonstration_of_an_election_ends_by_itself()
    {
        var (code, output) = await LutraProcess.RunAsync("demo", "election", "--speed", "0");
        Assert.Equal(0, code);
        Assert.Contains("All 5 nodes agree", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_export_is_imported_whole()
    {
        var port = LoopbackPorts.Next();
        Serve($"--addr=localhost:{port}", $"--dir={nodes.Path}");
        await PutWhenReadyAsync(port, "a", "1");
        await ShellAsync(port, "put b 'two words'\nput c ''");
        var file = Path.Combine(nodes.Path, "all.jsonl");
        Assert.Equal(0, (await LutraProcess.RunAsync("export", file, "--server", $"localhost:{port}")).ExitCode);
        Assert.Equal("3", await LutraProcess.LineAsync("del", "--prefix", "", "--yes", "--server", $"localhost:{port}"));
        Assert.Equal(0, (await LutraProcess.RunAsync("import", file, "--server", $"localhost:{port}")).ExitCode);
        Assert.Equal("a = 1\nb = two words\nc = ", await ShellAsync(port, "getall"));
        await File.AppendAllTextAsync(file, "{\"key\":7}\n");
        var (code, output) = await LutraProcess.RunAsync("import", file, "--server", $"localhost:{port}");
        Assert.Equal(2, code);
        Assert.Contains("Line 4 cannot be imported", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("put")]
    [InlineData("get", "a", "b")]
    [InlineData("fetch")]
    [InlineData("get", "a", "--endpoints", "http://")]
    [InlineData("get", "a", "--endpoints", ",")]
    [InlineData("get", "a", "--timeout", "0")]
    [InlineData("get", "a", "--timeout", "soon")]
    [InlineData("get", "a", "-o", "xml")]
    [InlineData("get", "a", "--revision", "x")]
    [InlineData("serve", "--id=a/b")]
    [InlineData("serve", "--addr=nowhere")]
    [InlineData("serve", "--peers=1=")]
    [InlineData("serve", "--port", "70000")]
    [InlineData("serve", "--server", "x")]
    [InlineData("txn", "--if", "x")]
    [InlineData("import", "/there/is/no/such/file")]
    [InlineData("completion", "csh")]
    [InlineData("demo", "election", "--nodes", "1")]
    public async Task A_command_line_that_makes_no_sense_is_told_so(params string[] line)
    {
        string[] known = line[0] is "serve" ? [.. line, $"--dir={nodes.Path}"] : line;
        var (code, output) = await LutraProcess.RunAsync(known);
        Assert.Equal(2, code);
        Assert.StartsWith("Error: ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    private LutraProcess Serve(params string[] options) => nodes.Add(LutraProcess.Start(["serve", .. options]));

    private async Task<string> PutWhenReadyAsync(int port, string key, string value)
    {
        using var limit = new CancellationTokenSource(Soon);
        while (true)
        {
            var (code, output) = await LutraProcess.RunAsync("--server", $"localhost:{port}", "put", key, value);
            if (code == 0)
                return output.Trim();
            Assert.False(limit.IsCancellationRequested, $"{output}\n{nodes.Story}");
        }
    }

    private static Task<string> ShellAsync(int port, string lines) => LutraProcess.ShellAsync($"localhost:{port}", lines);

}
