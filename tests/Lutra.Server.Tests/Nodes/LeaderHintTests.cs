using System.Globalization;
using System.Text;
using Lutra.Acceptance.Links;
using Lutra.Client;
using Lutra.Client.Grpc;
using Lutra.Client.Rest;
using Lutra.Server.Tests.Support;

namespace Lutra.Server.Tests.Nodes;

/// <summary>Three replicas behind their servers: one is cut off from the leader, and a client reaches them all.</summary>
public sealed class LeaderHintTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private static readonly LinkState Cut = new() { IsCut = true };

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("lutra-hints-");
    private readonly CancellationTokenSource patience = new(Patience);
    private readonly Weather weather = new(3);
    private readonly List<ServedNode> nodes = [];
    private readonly List<LinkProxy> proxies = [];

    public async ValueTask InitializeAsync()
    {
        for (var number = 0; number < 3; number++)
        {
            nodes.Add(await ServedNode.ListenAsync());
            proxies.Add(new LinkProxy(number, nodes[number].Server.Address.Port, weather, port => proxies.FindIndex(proxy => proxy.Port == port)));
        }

        var peers = proxies.Select((proxy, number) => $"{number + 1}=localhost:{proxy.Port}").ToArray();
        for (var number = 0; number < 3; number++)
        {
            // What was on its way to the leader when the link was cut is unknown for so long.
            await nodes[number].StartAsync(directory.FullName, $"{number + 1}", peers, requestTimeoutMillis: 5_000, peerAddress: $"localhost:{proxies[number].Port}");
        }

        foreach (var node in nodes)
            await node.Node.WaitUntilReadyAsync(patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in nodes)
            await node.DisposeAsync();
        foreach (var proxy in proxies)
            proxy.Dispose();
        patience.Dispose();
        directory.Delete(recursive: true);
    }

    [Fact]
    public async Task A_write_that_a_node_cannot_bring_to_the_leader_is_done_where_it_says_that_the_leader_is()
    {
        foreach (var transport in Enum.GetValues<LutraTransport>())
        {
            // Where the machine holds everything up for long, another node may lead meanwhile: then once more.
            while (!await GoesToTheLeaderAsync(transport))
                patience.Token.ThrowIfCancellationRequested();
        }
    }

    // False where something else came in between.
    private async Task<bool> GoesToTheLeaderAsync(LutraTransport transport)
    {
        weather.Clear();
        var leader = await LeaderAsync();
        var (away, third) = ((leader + 1) % 3, (leader + 2) % 3);
        weather[leader, away] = weather[away, leader] = Cut;
        if (await RefusalAsync(transport, away) is not { Error: LutraError.Unavailable, Leader: { } hint })
            return false;
        Assert.Equal(nodes[int.Parse(hint.Label, CultureInfo.InvariantCulture) - 1].Address, hint.Address);

        var (before, elsewhere) = (await WritesAsync(leader), await WritesAsync(third));
        await using var client = new LutraClient(new LutraClientOptions
        {
            Transport = transport,
            Endpoints = [EndpointOf(away), EndpointOf(third), EndpointOf(leader)],
            Timeout = Patience,
            AttemptTimeout = Patience,
            AddIdempotencyKeys = true,
        });
        await client.PutAsync($"by {transport}", "otter", cancellationToken: patience.Token);
        var found = await client.GetAsync($"by {transport}", cancellationToken: patience.Token);
        Assert.Equal("otter", Encoding.UTF8.GetString(found!.Value.Span));
        return await WritesAsync(leader) > before && await WritesAsync(third) == elsewhere;
    }

    /// <summary>What a node says to a write; null where it takes it.</summary>
    private async Task<LutraException?> RefusalAsync(LutraTransport transport, int node)
    {
        await using IClientTransport one = transport == LutraTransport.Rest ? new RestTransport() : new GrpcTransport();
        try
        {
            await one.Open(EndpointOf(node)).PutAsync("name", "otter", cancellationToken: patience.Token);
            return null;
        }
        catch (LutraException refused)
        {
            return refused;
        }
    }

    private async Task<int> LeaderAsync()
    {
        while (true)
        {
            foreach (var node in nodes)
                await node.Node.WaitUntilReadyAsync(patience.Token);
            if (nodes.FindIndex(node => node.Node.Standing is { Role: NodeRole.Leader }) is >= 0 and var leader
                && nodes.All(node => node.Node.Standing!.LeaderMember == nodes[leader].Node.Standing!.Member))
                return leader;
        }
    }

    private async Task<long> WritesAsync(int node) => (await nodes[node].Node.ReportAsync(Patience, patience.Token)).Writes.Made;

    private Uri EndpointOf(int node) => Endpoints.Parse(nodes[node].Address);
}
