using System.Collections.Immutable;
using Lutra.Cli.Dev.Wires;
using Lutra.Client;

namespace Lutra.Cli.Dev;

/// <summary>The nodes of <c>lutra dev</c>, the wires between them, a client for all of them, and one for each.</summary>
internal sealed class DevCluster : IAsyncDisposable
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(6);

    private readonly DevPlan plan;
    private readonly DevSwitchboard wires = new();
    private readonly List<LutraClient> retired = [];
    private volatile ImmutableSortedDictionary<int, DevNode> nodes = ImmutableSortedDictionary<int, DevNode>.Empty;
    private volatile ImmutableSortedDictionary<int, LutraClient> clients = ImmutableSortedDictionary<int, LutraClient>.Empty;

    private DevCluster(string folder, DevPlan plan)
    {
        Folder = folder;
        this.plan = plan;
        foreach (var seat in plan.Seats)
            Seat(seat);
        Client = ForAll();
    }

    public string Folder { get; }

    public IEnumerable<DevNode> Nodes => nodes.Values;

    /// <summary>Asks whichever node answers. Another one after members came or went.</summary>
    public LutraClient Client { get; private set; }

    /// <param name="count">How many nodes; null: as many as the folder holds, or three.</param>
    /// <exception cref="IOException">The folder or the ports cannot be used.</exception>
    public static async Task<DevCluster> StartAsync(string folder, int? count)
    {
        folder = Path.GetFullPath(folder);
        Directory.CreateDirectory(folder);
        var cluster = new DevCluster(folder, DevPlan.Open(folder, count));
        try
        {
            foreach (var node in cluster.Nodes)
            {
                cluster.wires.Plug(node.Seat);
                node.Start();
            }

            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public DevNode? Find(string number) => nodes.Values.FirstOrDefault(node => $"{node.Number}" == number);

    public bool IsCut(DevNode node) => wires.IsCut(node.Number);

    /// <summary>Nothing passes between this node and the others any more; clients still reach it.</summary>
    public void Cut(DevNode node) => wires.Cut(node.Number);

    public void Heal(DevNode node) => wires.Heal(node.Number);

    /// <summary>Stops a node in order: it hands over what it leads.</summary>
    public static Task<bool> StopAsync(DevNode node) => node.StopAsync(StopPatience);

    /// <summary>A new node, which joins by itself.</summary>
    /// <exception cref="IOException">There are enough, or no free ports.</exception>
    public DevNode Add()
    {
        var node = Seat(plan.Add());
        wires.Plug(node.Seat);
        node.Start();
        Reconnect();
        return node;
    }

    /// <summary>Takes a node out of the cluster, and ends it.</summary>
    /// <exception cref="LutraException">The cluster refuses.</exception>
    public async Task RemoveAsync(DevNode node, CancellationToken cancellationToken)
    {
        await Client.ChangeMembersAsync(new RemoveMember($"{node.Number}"), cancellationToken);

        // It hears of it and stops by itself; one that is cut off or dead does not.
        await node.EndAsync(StopPatience);
        wires.Unplug(node.Number);
        plan.Remove(node.Number);
        nodes = nodes.Remove(node.Number);
        node.Dispose();
        retired.Add(clients[node.Number]);
        clients = clients.Remove(node.Number);
        Reconnect();
    }

    /// <summary>How a node is now, as far as it answers.</summary>
    public async Task<DevNodeState> StateAsync(DevNode node, CancellationToken cancellationToken)
    {
        var isCut = IsCut(node);
        if (!node.IsRunning || !clients.TryGetValue(node.Number, out var client))
            return new DevNodeState(node, isCut, null);
        try
        {
            return new DevNodeState(node, isCut, await client.StatusAsync(cancellationToken));
        }
        catch (LutraException)
        {
            return new DevNodeState(node, isCut, null);
        }
    }

    public async Task<DevNodeState[]> StatesAsync(CancellationToken cancellationToken) =>
        await Task.WhenAll(Nodes.Select(node => StateAsync(node, cancellationToken)));

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Nodes.Select(node => node.StopAsync(StopPatience)));
        wires.Dispose();
        foreach (var node in Nodes)
            node.Dispose();
        foreach (var client in clients.Values.Append(Client).Concat(retired))
            await client.DisposeAsync();
    }

    private DevNode Seat(DevSeat seat)
    {
        var peers = seat.IsFounder ? plan.FoundersList : string.Join(',', plan.Seats.Where(other => other != seat).Select(other => other.PeerAddress));
        var node = new DevNode(seat, Folder, peers);
        nodes = nodes.Add(seat.Number, node);
        clients = clients.Add(
            seat.Number, new LutraClient(new LutraClientOptions { Endpoints = [Endpoints.Parse(seat.ClientAddress)], Timeout = TimeSpan.FromSeconds(1) }));
        return node;
    }

    // The old one may still carry a watch.
    private void Reconnect()
    {
        retired.Add(Client);
        Client = ForAll();
    }

    private LutraClient ForAll() => new(new LutraClientOptions { Endpoints = [.. Nodes.Select(node => Endpoints.Parse(node.Address))] });
}
