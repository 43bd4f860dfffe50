using Lutra.Client;

namespace Lutra.Cli.Dev;

/// <summary>The nodes of <c>lutra dev</c>, a client for all of them, and one for each.</summary>
internal sealed class DevCluster : IAsyncDisposable
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(6);

    private readonly Dictionary<int, LutraClient> clients = [];

    private DevCluster(string folder, IReadOnlyList<DevNode> nodes)
    {
        Folder = folder;
        Nodes = nodes;
        Client = new LutraClient(new LutraClientOptions { Endpoints = [.. nodes.Select(node => Endpoints.Parse(node.Address))] });
        foreach (var node in nodes)
            clients.Add(node.Number, new LutraClient(new LutraClientOptions { Endpoints = [Endpoints.Parse(node.Address)], Timeout = TimeSpan.FromSeconds(1) }));
    }

    public string Folder { get; }

    public IReadOnlyList<DevNode> Nodes { get; }

    /// <summary>Asks whichever node answers.</summary>
    public LutraClient Client { get; }

    public static DevCluster Start(string folder, int count)
    {
        folder = Path.GetFullPath(folder);
        Directory.CreateDirectory(folder);
        var ports = DevPorts.Choose(folder, count);
        var peers = string.Join(',', ports.Select((port, at) => $"{at + 1}=localhost:{port}"));
        var cluster = new DevCluster(folder, [.. ports.Select((port, at) => new DevNode(at + 1, port, folder, peers))]);
        foreach (var node in cluster.Nodes)
            node.Start();
        return cluster;
    }

    /// <summary>What a node says of itself; null where it does not answer.</summary>
    public async Task<NodeStatus?> StatusAsync(DevNode node, CancellationToken cancellationToken)
    {
        if (!node.IsRunning)
            return null;
        try
        {
            return await clients[node.Number].StatusAsync(cancellationToken);
        }
        catch (LutraException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Nodes.Select(node => node.StopAsync(StopPatience)));
        foreach (var node in Nodes)
            node.Dispose();
        foreach (var client in clients.Values.Append(Client))
            await client.DisposeAsync();
    }
}
