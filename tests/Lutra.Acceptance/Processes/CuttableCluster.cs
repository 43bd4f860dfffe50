using System.Diagnostics;
using Lutra.Client;

namespace Lutra.Acceptance.Processes;

/// <summary>
/// Three real nodes that tell each other the addresses of proxies of ours: a node can be cut from the others while clients still reach it.
/// </summary>
internal sealed class CuttableCluster : IAsyncDisposable
{
    private const int Count = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string folder = Directory.CreateTempSubdirectory("lutra-acceptance-").FullName;
    private readonly int[] clientPorts = [.. Enumerable.Range(0, Count).Select(_ => LoopbackPorts.Next())];
    private readonly List<CuttableProxy> proxies = [];
    private volatile int cut = -1;
    private readonly List<LutraProcess> processes = [];
    private readonly LutraClient[] clients;

    private CuttableCluster() =>
        clients = [.. clientPorts.Select(port => new LutraClient(new LutraClientOptions { Endpoints = [new Uri($"http://localhost:{port}")], Timeout = TimeSpan.FromSeconds(4) }))];

    public IReadOnlyList<LutraClient> Clients => clients;

    public static async Task<CuttableCluster> StartAsync()
    {
        var cluster = new CuttableCluster();
        cluster.StartNodes();
        foreach (var client in cluster.clients)
            await cluster.UntilAsync(async () => await client.GetAsync("ready?") is null);
        return cluster;
    }

    /// <summary>Nothing passes between this node and the others any more; one at a time.</summary>
    public void Cut(int node)
    {
        cut = node;
        proxies.ForEach(proxy => proxy.Check());
    }

    public void Heal() => cut = -1;

    /// <summary>Which node leads, asking those that may be asked.</summary>
    public async Task<int> LeaderAsync(int except = -1)
    {
        var leader = -1;
        await UntilAsync(async () =>
        {
            for (var node = 0; node < Count; node++)
            {
                if (node != except && (await clients[node].StatusAsync()).Role == NodeRole.Leader)
                    leader = node;
            }

            return leader >= 0;
        });
        return leader;
    }

    /// <summary>Asks again until it holds; refusals count as no.</summary>
    public async Task UntilAsync(Func<Task<bool>> holds)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                if (await holds())
                    return;
            }
            catch (LutraException) when (Stopwatch.GetElapsedTime(started) < Patience)
            {
                // Not yet.
            }

            Assert.True(Stopwatch.GetElapsedTime(started) < Patience, string.Join("\n\n", processes.Select(each => each.Output)));
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes)
            process.Dispose();
        foreach (var proxy in proxies)
            proxy.Dispose();
        foreach (var client in clients)
            await client.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private void StartNodes()
    {
        for (var node = 0; node < Count; node++)
        {
            var target = node;
            proxies.Add(new CuttableProxy(clientPorts[node], dialler => cut < 0 || (target != cut && dialler != proxies[cut].Port)));
        }

        var peers = string.Join(',', proxies.Select((proxy, at) => $"{at + 1}=localhost:{proxy.Port}"));
        for (var node = 0; node < Count; node++)
        {
            processes.Add(LutraProcess.Start(
                "serve", $"--id={node + 1}", $"--addr=localhost:{proxies[node].Port}", $"--listen=localhost:{clientPorts[node]}", $"--dir={folder}", $"--peers={peers}"));
        }
    }
}
