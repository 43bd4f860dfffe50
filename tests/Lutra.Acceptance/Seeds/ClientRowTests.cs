using System.Text;
using System.Text.Json;
using Lutra.Acceptance.Processes;

namespace Lutra.Acceptance.Seeds;

/// <summary>The clients of the seed documents, typed at real nodes: every name begins with the row of docs/seeds.md that it shows.</summary>
public sealed class ClientRowTests(SeedCluster cluster) : IClassFixture<SeedCluster>
{
    private string Servers => string.Join(',', Enumerable.Range(0, 3).Select(cluster.Nodes.Address));

    [Fact]
    public async Task Row_0_28_the_words_of_the_sister_tool()
    {
        var (code, said) = await SeedCluster.ShellAsync(
            Servers, "SET r28/a 1\nPUT r28/b 2\nGET r28/a\nEXISTS r28/a r28/b r28/c\nPING\nECHO hello\nBEGIN\nSET r28/c 3\nCOMMIT\nBEGIN\nSET r28/d 4\nDISCARD\nDEL r28/a r28/b r28/c r28/d\nINFO\n");
        Assert.Equal(0, code);
        Assert.StartsWith("OK\nOK\nr28/a = 1\n(integer) 2\nPONG\nhello\nOK\nQUEUED\nOK\nOK\nOK\nQUEUED\nOK\n(integer) 3\nlutra ", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Row_1_10_a_pipe_is_read_and_its_first_failure_is_the_exit_code()
    {
        Assert.Equal((0, "OK"), await SeedCluster.ShellAsync(Servers, "put r110 b\n"));
        Assert.Equal(3, (await SeedCluster.ShellAsync(Servers, "get r110/nothing\nput r110 c\n")).ExitCode);
        Assert.Equal(2, (await SeedCluster.ShellAsync(Servers, "put r110\n")).ExitCode);
    }

    [Fact]
    public async Task Row_1_11_to_1_16_the_answers_of_the_interactive_client()
    {
        var (_, said) = await SeedCluster.ShellAsync(Servers, "put r111/k v\nput r111/k\nget r111/k\nget r111/nothing\ndelete r111/k\nfrobnicate\nexit\n");
        string[] lines = said.Split('\n');

        // Standard output and standard error are two streams: each in its own order.
        Assert.Equal(["OK", "r111/k = v", "OK", "Goodbye!"], lines.Where(line => line is "OK" or "Goodbye!" || line.StartsWith("r111", StringComparison.Ordinal)));
        Assert.Contains("Usage: put <key> <value>", lines);
        Assert.Contains("Error: key not found", lines);
        Assert.Contains(lines, line => line.StartsWith("Unknown command. Available commands: get, put, delete, getall, status, exit", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Row_1_15_status_of_a_server_is_lines_of_fields()
    {
        var (code, said) = await SeedCluster.ShellAsync(cluster.Nodes.Address(0), $"status {cluster.Nodes.Address(1)}\n");
        Assert.Equal(0, code);
        Assert.StartsWith("node: 2\nstate: ", said, StringComparison.Ordinal);
        Assert.Contains("\nterm: ", said, StringComparison.Ordinal);
        Assert.Contains("\nhealth: ok", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Row_1_17_servers_are_tried_in_turn_and_where_none_answers_it_says_why()
    {
        var nobody = $"localhost:{LoopbackPorts.Next()}";
        Assert.Equal((0, "OK"), await SeedCluster.ShellAsync($"{nobody},{cluster.Nodes.Address(2)}", "put r117 x\n"));
        var (code, said) = await LutraProcess.RunAsync("get", "r117", "--server", nobody, "--timeout", "5");
        Assert.Equal(5, code);
        Assert.Contains(nobody, said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Row_2_7_to_2_9_put_get_and_status_of_the_command_line()
    {
        var server = $"http://{cluster.Nodes.Address(0)}";
        Assert.Equal((0, "OK"), await LutraProcess.RunAsync("--server", server, "put", "r27", "v"));
        Assert.Equal((0, "v"), await LutraProcess.RunAsync("-s", server, "get", "r27"));
        var (code, said) = await LutraProcess.RunAsync("--server", server, "status", "-o", "json");
        Assert.Equal(0, code);
        Assert.Contains("\"term\"", said, StringComparison.Ordinal);
        Assert.NotEqual(JsonValueKind.Undefined, JsonSerializer.Deserialize<JsonElement>(said).ValueKind);
        var (failed, why) = await LutraProcess.RunAsync("--server", $"localhost:{LoopbackPorts.Next()}", "--timeout", "5", "status");
        Assert.Equal(5, failed);
        Assert.NotEmpty(why);
    }

    [Fact]
    public async Task Row_0_23_a_batch_is_done_at_once_or_not_at_all()
    {
        Assert.Equal(0, (await LutraProcess.RunAsync("txn", "--then", "put r023/a 1", "--then", "put r023/b 2", "--server", Servers)).ExitCode);
        var (code, _) = await LutraProcess.RunAsync("txn", "--if", "missing r023/a", "--then", "put r023/c 3", "--else", "get r023/a", "--server", Servers);
        Assert.Equal(4, code);
        Assert.Equal((0, "2"), await LutraProcess.RunAsync("keys", "--prefix", "r023/", "--count", "--server", Servers));
    }

    [Fact]
    public async Task Row_0_24_a_snapshot_is_taken_while_it_runs_and_a_new_node_is_restored_from_it()
    {
        var file = Path.Combine(cluster.Nodes.Folder, "row024.lutra");
        var restored = Path.Combine(cluster.Nodes.Folder, "restored");
        await SeedCluster.ShellAsync(Servers, "put r024 kept\n");
        Assert.Equal(0, (await LutraProcess.RunAsync("snapshot", "save", file, "--server", Servers)).ExitCode);
        Assert.Equal(0, (await LutraProcess.RunAsync("snapshot", "restore", file, "--dir", restored)).ExitCode);
        var port = LoopbackPorts.Next();
        using var node = LutraProcess.Start("serve", $"--addr=localhost:{port}", $"--dir={restored}");
        Assert.Equal((0, "kept"), await LutraProcess.RunAsync("get", "r024", "--server", $"localhost:{port}", "--timeout", "30"));
    }

    [Fact]
    public async Task Row_4_4_and_4_5_a_write_is_answered_when_it_is_committed_and_read_back_at_once_elsewhere()
    {
        for (var round = 0; round < 5; round++)
        {
            await cluster.Nodes.ClientOf(round % 3).PutAsync("r44", $"{round}");
            Assert.Equal($"{round}", Encoding.UTF8.GetString((await cluster.Nodes.ClientOf((round + 1) % 3).GetAsync("r44"))!.Value.Span));
        }
    }
}
