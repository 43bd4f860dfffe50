using Lutra.Acceptance.Processes;

namespace Lutra.Acceptance.Seeds;

/// <summary>The server of the first seed document with its own prompt: every name begins with the row of docs/seeds.md that it shows.</summary>
public sealed class PromptRowTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    // A terminal around the command: "script" gives one to whatever it runs.
    private static readonly string[] Terminal = ["sh", "-c", "exec script -qefc \"$*\" /dev/null", "sh"];

    private readonly ProcessFolder nodes = new();

    public void Dispose() => nodes.Dispose();

    [Fact]
    public async Task Row_0_2_nodes_of_two_clusters_do_not_meet_and_say_so()
    {
        int[] ports = [LoopbackPorts.Next(), LoopbackPorts.Next()];
        var peers = $"--peers=1=localhost:{ports[0]},2=localhost:{ports[1]}";
        var one = Serve("--id=1", "--cluster=1", $"--addr=localhost:{ports[0]}", peers);
        var other = Serve("--id=2", "--cluster=2", $"--addr=localhost:{ports[1]}", peers);
        await one.UntilAsync(() => $"{one.Output}\n{other.Output}".Contains("belongs to the cluster named", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("1=")]
    [InlineData("1=localhost")]
    [InlineData("0=localhost:8001")]
    [InlineData("1=localhost:8001,1=localhost:8002")]
    public async Task Row_0_6_peers_that_cannot_be_read_are_refused(string peers)
    {
        var (code, said) = await LutraProcess.RunAsync("serve", "--id=1", $"--addr=localhost:{LoopbackPorts.Next()}", $"--dir={nodes.Path}", $"--peers={peers}");
        Assert.Equal(2, code);
        Assert.StartsWith("Error: ", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Row_0_7_without_sync_a_put_gives_a_ticket_and_tells_its_outcome_later()
    {
        var node = Serve("--interactive", "--sync=false", $"--addr=localhost:{LoopbackPorts.Next()}");
        await node.UntilAsync(() => node.Output.Contains("This node leads", StringComparison.Ordinal));
        await node.WriteAsync("put name KnociDB\n");
        await node.UntilAsync(() => node.Output.Contains("\nTicket 1: Success (revision ", StringComparison.Ordinal));
        Assert.True(node.Output.IndexOf("\nTicket 1\n", StringComparison.Ordinal) is > 0 and var ticket && ticket < node.Output.IndexOf("Ticket 1: Success", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Row_0_9_and_0_10_on_a_terminal_there_is_a_banner_and_a_prompt_and_the_log_goes_to_a_file()
    {
        Tools.Require("script");
        var port = LoopbackPorts.Next();
        var node = LutraProcess.Under(Terminal, "serve", "--id=1", $"--addr=localhost:{port}", $"--dir={nodes.Path}");
        nodes.Add(node);
        await node.UntilAsync(() => node.Output.Contains("Type help", StringComparison.Ordinal));
        foreach (var line in (string[])["Node ID:         1", "Cluster ID:      1", $"Address:         localhost:{port}", "Data directory:", "Sync mode:       true", "Cluster members:", "Log:"])
            Assert.Contains(line, node.Output, StringComparison.Ordinal);
        await node.UntilAsync(() => File.Exists(Path.Combine(nodes.Path, "1.log")) && ReadShared(Path.Combine(nodes.Path, "1.log")).Contains("This node leads", StringComparison.Ordinal));
        Assert.DoesNotContain("This node leads", node.Output, StringComparison.Ordinal);
        await node.WriteAsync("put k 'two words'\r");
        await node.UntilAsync(() => node.Output.Contains("Success", StringComparison.Ordinal));
        await node.WriteAsync("get k\r");
        await node.UntilAsync(() => node.Output.Split('\n').Any(line => line.EndsWith("two words", StringComparison.Ordinal)));
        await node.WriteAsync("exit\r");
        await node.ExitedAsync(Soon);
        Assert.Equal(0, node.ExitCode);
        Assert.Contains("Shutting down node...", node.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Row_0_11_to_0_19_every_word_of_the_prompt_at_a_node_that_does_not_lead()
    {
        int[] ports = [LoopbackPorts.Next(), LoopbackPorts.Next()];
        var peers = $"--peers=1=localhost:{ports[0]},2=localhost:{ports[1]}";
        Serve("--id=1", $"--addr=localhost:{ports[0]}", peers, "--interactive=false");
        var node = Serve("--id=2", $"--addr=localhost:{ports[1]}", peers, "--interactive");
        await node.UntilAsync(() => nodes.Started.Any(each => each.Output.Contains("This node leads", StringComparison.Ordinal)));
        await LutraProcess.RunAsync("leader", "transfer", "1", "--server", $"localhost:{ports[0]}");
        await node.WriteAsync("PUT name KnociDB\nget name\nget nothing\nleader\nmembers\nfrobnicate\nput name\n\ndelete name\nget name\nhelp\nexit\n");
        await node.ExitedAsync(Soon);
        Assert.Contains("\nSuccess\nKnociDB\n", node.Output, StringComparison.Ordinal);
        Assert.Contains("\nCurrent Leader node ID: 1\n", node.Output, StringComparison.Ordinal);
        Assert.Contains($"\nCluster members:\n  Node 1: localhost:{ports[0]}", node.Output, StringComparison.Ordinal);
        Assert.Contains($"\n  Node 2: localhost:{ports[1]}", node.Output, StringComparison.Ordinal);
        Assert.Equal(2, Count(node, "Error: key not found in database"));
        Assert.Equal(1, Count(node, "Unknown command, type 'help' for assistance"));
        Assert.Equal(1, Count(node, "Usage: put <key> <value>"));
        Assert.Contains("\nShutting down node...", node.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Row_0_20_at_the_prompt_SIGTERM_shuts_the_node_down()
    {
        var node = Serve("--interactive", $"--addr=localhost:{LoopbackPorts.Next()}");
        await node.UntilAsync(() => node.Output.Contains("This node leads", StringComparison.Ordinal));
        node.Terminate();
        await node.ExitedAsync(Soon);
        Assert.Equal(0, node.ExitCode);
        Assert.Contains("Shutting down node...", node.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--heartbeat-interval=500", "--election-timeout=600")]
    [InlineData("--heartbeat-interval=0")]
    [InlineData("--election-timeout=soon")]
    public async Task Row_0_22_and_1_20_timings_are_options_and_checked_together(params string[] timings)
    {
        var (code, said) = await LutraProcess.RunAsync(["serve", $"--addr=localhost:{LoopbackPorts.Next()}", $"--dir={nodes.Path}", .. timings]);
        Assert.Equal(2, code);
        Assert.StartsWith("Error: ", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Row_2_14_the_timings_of_the_seeds_elect_a_leader()
    {
        var node = Serve($"--addr=localhost:{LoopbackPorts.Next()}", "--heartbeat-interval=50", "--election-timeout=300");
        await node.UntilAsync(() => node.Output.Contains("This node leads", StringComparison.Ordinal));
    }

    private static int Count(LutraProcess node, string line) => node.Output.Split('\n').Count(each => each.StartsWith(line, StringComparison.Ordinal));

    private static string ReadShared(string path)
    {
        using var file = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return file.ReadToEnd();
    }

    private LutraProcess Serve(params string[] options) => nodes.Add(LutraProcess.Start(["serve", $"--dir={nodes.Path}", .. options]));

}
