using System.Net;
using Lutra.Server.Tests.Support;

namespace Lutra.Server.Tests.Port;

public sealed class MoreAddressesTests
{
    [Fact]
    public async Task Clients_are_served_at_every_address_and_at_those_for_numbers_only_these_and_health()
    {
        int[] ports = [FreePort(), FreePort()];
        await using var server = await LutraServer.StartAsync(new MemoryStore(), new LutraServerOptions
        {
            Address = "127.0.0.1:0",
            MoreAddresses = [$"127.0.0.1:{ports[0]}"],
            MetricsAddresses = [$"127.0.0.1:{ports[1]}"],
        });
        using var http = new HttpClient();
        // The address for numbers does not know what openapi.json describes.
        http.DefaultRequestHeaders.Add("Lutra-Test", "1");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(server.Address.Port, "/openapi.json"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(ports[0], "/openapi.json"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(ports[1], "/version"));
        foreach (var path in (string[])["/openapi.json", "/key/a", "/v3/kv/range", "/metricsx", "/", "/healthy"])
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(ports[1], path));

        async Task<HttpStatusCode> StatusAsync(int port, string path)
        {
            using var answer = await http.GetAsync($"http://127.0.0.1:{port}{path}");
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task An_address_that_others_can_reach_needs_TLS_wherever_it_stands_in_the_list() =>
        await Assert.ThrowsAsync<Server.Port.ListenException>(() => LutraServer.StartAsync(
            new MemoryStore(), new LutraServerOptions { Address = "127.0.0.1:0", MoreAddresses = ["0.0.0.0:0"] }));

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
