using System.Globalization;
using Lutra.Acceptance.Processes;

namespace Lutra.Acceptance;

/// <summary>
/// kill -9 under writes, ten rounds each (LUTRA_KILL_ROUNDS for more): what was acknowledged is there afterwards.
/// </summary>
public sealed class KillTests
{
    private const int Writers = 8;

    private static int Rounds =>
        int.TryParse(Environment.GetEnvironmentVariable("LUTRA_KILL_ROUNDS"), CultureInfo.InvariantCulture, out var rounds) ? rounds : 10;

    [Fact]
    public Task Killing_the_leader_loses_nothing_acknowledged() => RunAsync(async cluster =>
    {
        var leader = await cluster.LeaderAsync();
        cluster.Process(leader).Kill();
        return [leader];
    });

    [Fact]
    public Task Killing_a_follower_loses_nothing_acknowledged() => RunAsync(async cluster =>
    {
        var follower = (await cluster.LeaderAsync() + 1) % cluster.Nodes;
        cluster.Process(follower).Kill();
        return [follower];
    });

    [Fact]
    public Task Killing_all_loses_nothing_acknowledged() => RunAsync(cluster =>
    {
        int[] all = [.. Enumerable.Range(0, cluster.Nodes)];
        foreach (var node in all)
            cluster.Process(node).Kill();
        return Task.FromResult(all);
    });

    private static async Task RunAsync(Func<RealCluster, Task<int[]>> kill)
    {
        await using var cluster = await RealCluster.StartAsync(3);
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, Writers).Select(number => new CountingWriter(cluster.Client, number)).ToArray();
        var writing = writers.Select(writer => Task.Run(() => writer.RunAsync(stop.Token))).ToArray();
        for (var round = 0; round < Rounds; round++)
        {
            var before = writers.Sum(writer => writer.Acknowledged);
            while (writers.Sum(writer => writer.Acknowledged) < before + (10 * Writers))
                await Task.Delay(5);
            foreach (var node in await kill(cluster))
                cluster.Start(node);
            for (var node = 0; node < cluster.Nodes; node++)
                await cluster.ReadyAsync(node);
        }

        await stop.CancelAsync();
        await Task.WhenAll(writing);
        foreach (var writer in writers)
        {
            for (var node = 0; node < cluster.Nodes; node++)
                await writer.CheckAsync(cluster.ClientOf(node), $"node {node + 1} after {Rounds} rounds");
        }
    }
}
