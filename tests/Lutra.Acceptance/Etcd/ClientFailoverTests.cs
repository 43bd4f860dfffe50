using System.Globalization;
using Lutra.Acceptance.Processes;
using Lutra.Client;

namespace Lutra.Acceptance.Etcd;

/// <summary>The client library over gRPC on a cluster that loses its leader, and nodes that start again.</summary>
public sealed class ClientFailoverTests
{
    [Fact]
    public async Task K02_a_watch_loses_and_repeats_nothing_while_every_node_in_turn_is_killed_and_started_again()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var cluster = await RealCluster.StartAsync(3);
        await using var client = new LutraClient(new LutraClientOptions { Endpoints = cluster.Urls, Timeout = TimeSpan.FromSeconds(60), AddIdempotencyKeys = true });
        await using var watch = client.WatchAsync("count/", stop).GetAsyncEnumerator(stop);
        Assert.True(await watch.MoveNextAsync());
        var last = watch.Current.Revision.Value;
        var number = 0;
        for (var node = 0; node < cluster.Nodes; node++)
        {
            await WriteAsync();
            cluster.Process(node).Kill();
            await WriteAsync();
            cluster.Start(node);
            await cluster.ReadyAsync(node);
        }

        // Each put was done once, however often it was sent: so the revisions that are told are all there are.
        for (var expected = 0; expected < number;)
        {
            Assert.True(await watch.MoveNextAsync());
            Assert.True(watch.Current.Events.IsEmpty || watch.Current.Events[0].Current.ModRevision.Value > last);
            foreach (var change in watch.Current.Events)
            {
                Assert.Equal(expected++, int.Parse(change.Current.Text(), CultureInfo.InvariantCulture));
                last = change.Current.ModRevision.Value;
            }
        }

        async Task WriteAsync()
        {
            for (var count = 0; count < 20; count++)
                await client.PutAsync("count/", $"{number++}", cancellationToken: stop);
        }
    }
}
