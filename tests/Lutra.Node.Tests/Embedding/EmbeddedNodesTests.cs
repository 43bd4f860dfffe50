using System.Text;
using Lutra.Acceptance.Processes;

namespace Lutra.Node.Tests.Embedding;

/// <summary>Replicas inside one program, over real sockets and files.</summary>
public sealed class EmbeddedNodesTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("lutra-embedded-").FullName;
    private readonly List<LutraNode> started = [];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var node in started)
            await node.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Three_nodes_in_one_process_make_a_cluster_that_outlives_one_of_them()
    {
        var addresses = Enumerable.Range(0, 3).Select(_ => $"localhost:{LoopbackPorts.Next()}").ToArray();
        var nodes = new List<LutraNode>();
        for (var at = 0; at < 3; at++)
            nodes.Add(await StartAsync($"{at + 1}", addresses[at], addresses));
        await Task.WhenAll(nodes.Select(node => node.WaitUntilReadyAsync()));

        await nodes[0].PutAsync("name", "otter");
        foreach (var node in nodes)
            Assert.Equal("otter", Encoding.UTF8.GetString((await node.GetAsync("name"))!.Value.Span));

        await nodes[0].StopAsync();
        await nodes[1].PutAsync("name", "still here");
        Assert.Equal("still here", Encoding.UTF8.GetString((await nodes[2].GetAsync("name"))!.Value.Span));
        Assert.Equal(3, (await nodes[1].MembersAsync()).Members.Length);
    }

    [Fact]
    public async Task A_node_alone_needs_no_listener_and_finds_its_data_again()
    {
        for (var round = 0; round < 3; round++)
        {
            await using var node = await StartAsync("1", "localhost:2379", []);
            await node.WaitUntilReadyAsync();
            Assert.Equal(round == 0, await node.GetAsync("name") is null);
            await node.PutAsync("name", "otter");
        }
    }

    [Fact]
    public async Task A_node_that_was_stopped_says_so()
    {
        var node = await StartAsync("1", "localhost:2379", []);
        await node.WaitUntilReadyAsync();
        await node.StopAsync();
        Assert.Equal(LutraError.Stopped, (await Assert.ThrowsAsync<LutraException>(() => node.PutAsync("name", "otter").AsTask())).Error);
        Assert.Equal(LutraError.Stopped, (await Assert.ThrowsAsync<LutraException>(() => node.GetAsync("name").AsTask())).Error);
        await node.StopAsync();
    }

    [Fact]
    public async Task Who_stops_waiting_leaves_the_write_to_itself()
    {
        var node = await StartAsync("1", "localhost:2379", []);
        await node.WaitUntilReadyAsync();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        for (var number = 0; number < 100; number++)
        {
            try
            {
                await node.PutAsync("name", $"{number}", cancellationToken: cancelled.Token);
            }
            catch (OperationCanceledException)
            {
                // The write goes on; the node stays sound.
            }
        }

        await node.PutAsync("last", "otter");
        Assert.Equal("99", Encoding.UTF8.GetString((await node.GetAsync("name"))!.Value.Span));
    }

    [Fact]
    public async Task Options_that_cannot_be_are_told_all_at_once()
    {
        var refused = await Assert.ThrowsAsync<ArgumentException>(() => LutraNode.StartAsync(
            new LutraNodeOptions { Directory = "", HeartbeatIntervalMillis = 1, ElectionTimeoutMillis = 2 }));
        Assert.Contains("--dir", refused.Message, StringComparison.Ordinal);
        Assert.Contains("--heartbeat-interval is 1", refused.Message, StringComparison.Ordinal);
        Assert.Contains("--election-timeout is 2", refused.Message, StringComparison.Ordinal);
    }

    private async Task<LutraNode> StartAsync(string label, string address, string[] peers)
    {
        var node = await LutraNode.StartAsync(new LutraNodeOptions
        {
            Label = label,
            Directory = folder,
            Address = address,
            Peers = peers,
            ListenForPeers = peers.Length > 0,
            SegmentSizeBytes = 8 * 1024 * 1024,
            RequestTimeoutMillis = 120_000,
        });
        started.Add(node);
        return node;
    }
}
