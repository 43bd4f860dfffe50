using System.Diagnostics;
using Lutra.Client;

namespace Lutra.Acceptance.Processes;

/// <summary>Real nodes on this machine, each in a process of its own, in a folder that goes with the test.</summary>
internal sealed class RealCluster : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);

    private readonly int[] ports;
    private readonly LutraProcess?[] processes;
    private readonly string[] more;
    private readonly LutraClient[] clients;

    private RealCluster(int nodes, string[] more)
    {
        this.more = more;
        Folder = Directory.CreateTempSubdirectory("lutra-acceptance-").FullName;
        ports = [.. Enumerable.Range(0, nodes).Select(_ => LoopbackPorts.Next())];
        processes = new LutraProcess?[nodes];
        clients = [.. ports.Select(port => new LutraClient(new LutraClientOptions { Endpoints = [Url(port)], Timeout = TimeSpan.FromSeconds(120) }))];
        Client = new LutraClient(new LutraClientOptions { Endpoints = [.. ports.Select(Url)], Timeout = TimeSpan.FromSeconds(120) });
    }

    public string Folder { get; }

    public int Nodes => ports.Length;

    /// <summary>Asks whichever node answers.</summary>
    public LutraClient Client { get; }

    public static async Task<RealCluster> StartAsync(int nodes, params string[] more)
    {
        var cluster = new RealCluster(nodes, more);
        for (var node = 0; node < nodes; node++)
            cluster.Start(node);
        for (var node = 0; node < nodes; node++)
            await cluster.ReadyAsync(node);
        return cluster;
    }

    /// <summary>The option that names all of them.</summary>
    public string Peers => $"--peers={string.Join(',', ports.Select((port, at) => $"{at + 1}=localhost:{port}"))}";

    /// <summary>Where clients find them.</summary>
    public IReadOnlyList<Uri> Urls => [.. ports.Select(Url)];

    public string Address(int node) => $"localhost:{ports[node]}";

    public LutraProcess Process(int node) => processes[node] ?? throw new InvalidOperationException($"Node {node} was never started.");

    /// <summary>A client of this node alone.</summary>
    public LutraClient ClientOf(int node) => clients[node];

    public void Start(int node)
    {
        processes[node]?.Dispose();
        var peers = ports.Length == 1 ? [] : new[] { Peers };
        processes[node] = LutraProcess.Start(["serve", $"--id={node + 1}", $"--addr={Address(node)}", $"--dir={Folder}", .. peers, .. more]);
    }

    /// <summary>Waits until the node answers a linearizable read.</summary>
    public async Task ReadyAsync(int node)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await clients[node].GetAsync("ready?");
                return;
            }
            catch (LutraException) when (Stopwatch.GetElapsedTime(started) < Patience && !Process(node).HasExited)
            {
                await Task.Delay(20);
            }
            catch (LutraException fault)
            {
                Assert.Fail($"Node {node + 1} is not ready: {fault.Message}\n{Process(node).Output}");
            }
        }
    }

    /// <summary>Which node leads, waiting until one does.</summary>
    public async Task<int> LeaderAsync()
    {
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < Patience)
        {
            for (var node = 0; node < Nodes; node++)
            {
                try
                {
                    if (!Process(node).HasExited && (await clients[node].StatusAsync()).Role == NodeRole.Leader)
                        return node;
                }
                catch (LutraException)
                {
                    // It is just starting or ending.
                }
            }
        }

        throw new TimeoutException($"No node leads within {Patience}.");
    }

    /// <summary>Sends a body of JSON to the first node, as curl would, and returns what it answers.</summary>
    public async Task<string> PostAsync(string path, string body)
    {
        using var http = new HttpClient { BaseAddress = Url(ports[0]), Timeout = Patience };
        using var content = new StringContent(body, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
        using var answer = await http.PostAsync(path, content);
        return await answer.Content.ReadAsStringAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes)
            process?.Dispose();
        foreach (var client in clients.Append(Client))
            await client.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private static Uri Url(int port) => new($"http://localhost:{port}");
}
