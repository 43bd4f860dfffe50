using System.Diagnostics;
using Lutra.Acceptance.Processes;
using Lutra.Client;

namespace Lutra.Acceptance.Links;

/// <summary>
/// Real nodes, each in a process of its own, that tell each other the addresses of proxies of ours: every link, each way, has its own weather. Clients reach the nodes
/// directly, or through the same proxies.
/// </summary>
internal sealed class LinkedCluster : IAsyncDisposable
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(90);

    private readonly string folder = Directory.CreateTempSubdirectory("lutra-acceptance-").FullName;
    private readonly LinkedClusterOptions options;
    private readonly int[] ports;
    private readonly LinkProxy[] proxies;
    private readonly LutraProcess?[] processes;
    private readonly LutraClient[] clients;

    private LinkedCluster(int nodes, LinkedClusterOptions options)
    {
        this.options = options;
        Weather = new Weather(nodes);
        ports = [.. Enumerable.Range(0, nodes).Select(_ => LoopbackPorts.Next())];
        proxies = new LinkProxy[nodes];
        for (var node = 0; node < nodes; node++)
            proxies[node] = new LinkProxy(node, ports[node], Weather, port => Array.FindIndex(proxies, proxy => proxy?.Port == port));
        processes = new LutraProcess?[nodes];
        clients = [.. Enumerable.Range(0, nodes).Select(node => new LutraClient(new LutraClientOptions { Endpoints = [Url(node)], Timeout = TimeSpan.FromSeconds(4) }))];
        Any = new LutraClient(new LutraClientOptions { Endpoints = [.. Enumerable.Range(0, nodes).Select(Url)], Timeout = TimeSpan.FromSeconds(120) });
    }

    public Weather Weather { get; }

    public int Nodes => ports.Length;

    public IReadOnlyList<LutraClient> Clients => clients;

    /// <summary>Asks whichever node answers, for as long as an unlucky election lasts on a slow machine.</summary>
    public LutraClient Any { get; }

    /// <summary>How long writes may take to come back. Generous: the figure of P3 is taken, not demanded, where machines are slow.</summary>
    public static TimeSpan Patience => patience;

    public static async Task<LinkedCluster> StartAsync(int nodes, LinkedClusterOptions? options = null)
    {
        var cluster = new LinkedCluster(nodes, options ?? new LinkedClusterOptions());
        try
        {
            for (var node = 0; node < nodes; node++)
                cluster.Start(node);
            await cluster.ReadyAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public Uri Url(int node) => new($"http://{(options.ClientsThroughProxies ? PeerAddress(node) : ClientAddress(node))}");

    /// <summary>What other nodes dial.</summary>
    public string PeerAddress(int node) => options.Network is null ? $"localhost:{proxies[node].Port}" : ClientAddress(node);

    /// <summary>Where the node listens.</summary>
    public string ClientAddress(int node) => options.Network is { } network ? $"{network.HostOf(node)}:{NamespaceNetwork.Port}" : $"localhost:{ports[node]}";

    /// <summary>Holds the node's folder, named by its label.</summary>
    public string FolderOf(int node) => options.FolderOf?.Invoke(node) ?? Path.Combine(folder, $"{node + 1}");

    public LutraProcess Process(int node) => processes[node] ?? throw new InvalidOperationException($"Node {node + 1} was never started.");

    /// <summary>Starts a node, in place of the process that it had.</summary>
    /// <param name="wrapper">The program, with its options, under which it runs; none: by itself.</param>
    public void Start(int node, params string[] wrapper)
    {
        processes[node]?.Dispose();
        var peers = string.Join(',', Enumerable.Range(0, Nodes).Select(at => $"{at + 1}={PeerAddress(at)}"));
        processes[node] = LutraProcess.Under(
            [.. options.Network?.EnterOf(node) ?? [], .. wrapper],
            [
                "serve",
                $"--id={node + 1}",
                $"--addr={PeerAddress(node)}",
                $"--listen={ClientAddress(node)}",
                $"--dir={FolderOf(node)}",
                $"--peers={peers}",
                $"--insecure-listen={(options.Network is null ? "false" : "true")}",
                .. options.More,
            ]);
    }

    public void Kill(int node) => processes[node]?.Kill();

    /// <summary>Waits until every node answers a linearizable read.</summary>
    public async Task ReadyAsync()
    {
        for (var node = 0; node < Nodes; node++)
            await ReadyAsync(node);
    }

    public async Task ReadyAsync(int node) => await UntilAsync(
        async () =>
        {
            Assert.False(Process(node).HasExited, $"Node {node + 1} ended:\n{Process(node).Output}");
            await clients[node].GetAsync("ready?");
            return true;
        });

    /// <summary>Waits until the node answers a linearizable read, or has ended; false: it has, with an exit code that says so and no stack trace.</summary>
    public async Task<bool> StartsAsync(int node)
    {
        var answers = false;
        await UntilAsync(async () =>
        {
            if (Process(node).HasExited)
                return true;
            await clients[node].GetAsync("ready?");
            return answers = true;
        });
        if (answers)
            return true;
        await Process(node).ExitedAsync(patience);
        Assert.NotEqual(0, Process(node).ExitCode);
        Assert.DoesNotContain("   at ", Process(node).Output, StringComparison.Ordinal);
        return false;
    }

    /// <summary>Which node leads, asking those that may be asked; waits until one does.</summary>
    public async Task<int> LeaderAsync(params int[] except)
    {
        var leader = -1;
        await UntilAsync(async () =>
        {
            leader = await LeaderNowAsync(except);
            return leader >= 0;
        });
        return leader;
    }

    /// <summary>Which node leads in the highest term that anybody tells; -1: nobody just now.</summary>
    public async Task<int> LeaderNowAsync(params int[] except)
    {
        var (leader, term) = (-1, 0UL);
        foreach (var node in Enumerable.Range(0, Nodes).Except(except).Where(node => processes[node] is { HasExited: false }))
        {
            try
            {
                using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
                if (await clients[node].StatusAsync(soon.Token) is { Role: NodeRole.Leader } status && status.Term > term)
                    (leader, term) = (node, status.Term);
            }
            catch (Exception gone) when (gone is LutraException or OperationCanceledException)
            {
                // It is just starting or ending, or stands still.
            }
        }

        return leader;
    }

    /// <summary>How long it takes until a write is acknowledged, by whichever of <paramref name="nodes"/> (none: all).</summary>
    public async Task<TimeSpan> WritableAsync(params int[] nodes)
    {
        var started = Stopwatch.GetTimestamp();
        using var done = new CancellationTokenSource(patience);
        var tries = (nodes.Length > 0 ? nodes : [.. Enumerable.Range(0, Nodes)]).Select(async node =>
        {
            while (!done.IsCancellationRequested)
            {
                try
                {
                    using var soon = CancellationTokenSource.CreateLinkedTokenSource(done.Token);
                    soon.CancelAfter(TimeSpan.FromSeconds(1));
                    await clients[node].PutAsync("writable?", "yes", cancellationToken: soon.Token);
                    return true;
                }
                catch (Exception notYet) when (notYet is LutraException or OperationCanceledException)
                {
                    await Task.Delay(10, CancellationToken.None);
                }
            }

            return false;
        }).ToArray();
        var first = await Task.WhenAny(tries);
        var took = Stopwatch.GetElapsedTime(started);
        await done.CancelAsync();
        await Task.WhenAll(tries);
        Assert.True(await first, $"No write was acknowledged within {patience}:\n{Story()}");
        return took;
    }

    /// <summary>Asks again until it holds; refusals count as no.</summary>
    public async Task UntilAsync(Func<Task<bool>> holds)
    {
        var started = Stopwatch.GetTimestamp();
        var refusal = "";
        while (true)
        {
            try
            {
                if (await holds())
                    return;
            }
            catch (LutraException notYet)
            {
                refusal = $"The last try was refused: {notYet.Message}\n";
            }

            Assert.True(Stopwatch.GetElapsedTime(started) < patience, $"{refusal}{await StandingAsync()}\n{Story()}");
            await Task.Delay(20);
        }
    }

    // Where every node stands, as it says itself.
    private async Task<string> StandingAsync()
    {
        var lines = new List<string>();
        for (var node = 0; node < Nodes; node++)
        {
            try
            {
                using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
                lines.Add($"node {node + 1}: {await clients[node].StatusAsync(soon.Token)}");
            }
            catch (Exception silent) when (silent is LutraException or OperationCanceledException)
            {
                lines.Add($"node {node + 1}: {silent.Message}");
            }
        }

        return string.Join('\n', lines);
    }

    /// <summary>What all nodes wrote.</summary>
    public string Story() => string.Join("\n\n", processes.Select((each, node) => $"node {node + 1}:\n{each?.Output}"));

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes)
            process?.Dispose();
        foreach (var proxy in proxies)
            proxy.Dispose();
        foreach (var client in clients.Append(Any))
            await client.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
