using Lutra.Acceptance.Processes;
using Lutra.Client;
using Lutra.Node.Tests.Embedding;

namespace Lutra.Acceptance;

/// <summary>Clients that many threads share, against real nodes.</summary>
public sealed class ManyThreadsTests
{
    [Fact]
    public async Task Whatever_many_threads_ask_through_a_few_clients_is_done_or_refused_and_nothing_acknowledged_is_lost()
    {
        await using var cluster = await RealCluster.StartAsync(3);
        await new ClientStress([cluster.Client, cluster.ClientOf(0), cluster.ClientOf(1), cluster.ClientOf(2)], callers: 16, rounds: 60).RunAsync();
    }

    [Fact]
    public async Task A_client_that_is_disposed_of_while_many_threads_call_it_answers_them_all()
    {
        await using var cluster = await RealCluster.StartAsync(1);
        for (var round = 0; round < 5; round++)
        {
            var client = LutraClient.Connect(cluster.Address(0));
            var stress = new ClientStress([client], callers: 16, rounds: 0);
            var calls = await stress.BeginEndlessAsync(acknowledged: 200);
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => client.DisposeAsync().AsTask())));
            await calls;
            await stress.MustHoldWhatWasAcknowledgedAsync(cluster.ClientOf(0));
        }
    }
}
