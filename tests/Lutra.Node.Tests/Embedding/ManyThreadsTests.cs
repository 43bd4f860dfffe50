using Lutra.Acceptance.Processes;

namespace Lutra.Node.Tests.Embedding;

/// <summary>Nodes inside a program that calls them from many threads at once, and ends them while it does.</summary>
public sealed class ManyThreadsTests : IAsyncLifetime
{
    private const int Callers = 24;

    private readonly string folder = Directory.CreateTempSubdirectory("lutra-threads-").FullName;
    private readonly List<LutraNode> nodes = [];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(nodes.Select(node => node.DisposeAsync().AsTask()));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Whatever_many_threads_ask_of_three_nodes_is_done_or_refused_and_nothing_acknowledged_is_lost()
    {
        await StartAsync(3);
        await new ClientStress([.. nodes], Callers, rounds: 100).RunAsync();
    }

    [Fact]
    public async Task A_node_that_is_disposed_of_while_many_threads_call_it_answers_them_all()
    {
        for (var round = 0; round < 5; round++)
        {
            await StartAsync(1);
            var stress = new ClientStress([.. nodes], Callers, rounds: 0);
            var calls = await stress.BeginEndlessAsync(acknowledged: 200);

            // By several at once, and again: each returns when it has stopped.
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => nodes[0].DisposeAsync().AsTask())));
            await nodes[0].DisposeAsync();
            await calls;

            nodes.Clear();
            await StartAsync(1);
            await stress.MustHoldWhatWasAcknowledgedAsync(nodes[0]);
            await nodes[0].DisposeAsync();
            nodes.Clear();
        }
    }

    private async Task StartAsync(int count)
    {
        var addresses = Enumerable.Range(0, count).Select(_ => $"localhost:{LoopbackPorts.Next()}").ToArray();
        nodes.AddRange(await Task.WhenAll(addresses.Select((address, at) => LutraNode.StartAsync(new LutraNodeOptions
        {
            Label = $"{at + 1}",
            Directory = folder,
            Address = address,
            Peers = count == 1 ? [] : addresses,
            ListenForPeers = count > 1,
            SegmentSizeBytes = 4 * 1024 * 1024,
            RequestTimeoutMillis = 120_000,
        }))));
        await Task.WhenAll(nodes.Select(node => node.WaitUntilReadyAsync()));
    }
}
