using Lutra.Client;
using Lutra.Server.Tests.Support;
using Lutra.Server.Tls;
using Lutra.Tls;

namespace Lutra.Server.Tests.Client;

/// <summary>A real node that shows a certificate and asks its clients for theirs, through the client library over each of its transports.</summary>
public sealed class TlsTransportTests : IAsyncLifetime
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private readonly string folder = Directory.CreateTempSubdirectory("lutra-tls-transports-").FullName;
    private readonly CertificateAuthority ours = CertificateAuthority.Create("ours", DateTimeOffset.UtcNow, Day);
    private readonly CertificateAuthority peers = CertificateAuthority.Create("peers", DateTimeOffset.UtcNow, Day);
    private ServedNode? node;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        node = await ServedNode.ListenAsync(tls: new ServerTlsOptions
        {
            Files = Issue("server", ours, "127.0.0.1"),
            ClientCertificateRequired = true,
            Peers = new PeerTlsOptions { Files = Issue("node", peers, "127.0.0.1") },
        });
        await node.StartAsync(Path.Combine(folder, "node"));
        await node.Node.WaitUntilReadyAsync(Stop);
    }

    public async ValueTask DisposeAsync()
    {
        await node!.DisposeAsync();
        ours.Dispose();
        peers.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData(LutraTransport.Grpc)]
    [InlineData(LutraTransport.Rest)]
    public async Task Who_shows_a_certificate_of_the_clients_ca_reads_writes_and_watches(LutraTransport transport)
    {
        await using var client = Client(transport, Issue("client", ours));
        await using var watch = client.WatchAsync(new WatchOperation(KeyRange.All), Stop).GetAsyncEnumerator(Stop);
        Assert.True(await watch.MoveNextAsync());
        var put = await client.PutAsync("a", "1", cancellationToken: Stop);
        Assert.Equal("1", (await client.GetAsync("a", cancellationToken: Stop))!.Text());
        Assert.True(await watch.MoveNextAsync());
        Assert.Equal(put.Revision, watch.Current.Events.Single().Current.ModRevision);
        Assert.Equal("1", (await client.StatusAsync(Stop)).Label);
    }

    [Theory]
    [InlineData(LutraTransport.Grpc)]
    [InlineData(LutraTransport.Rest)]
    public async Task N03_who_shows_none_or_one_of_the_peers_is_denied_everything(LutraTransport transport)
    {
        // The server knows the peers' CA, so that the connection is made, and what is asked over it refused.
        foreach (var shown in (TlsFiles?[])[null, Issue("peer", peers)])
        {
            await using var stranger = Client(transport, shown);
            Assert.Equal(LutraError.Denied, await ErrorOfAsync(stranger.GetAsync("a", cancellationToken: Stop).AsTask()));
            Assert.Equal(LutraError.Denied, await ErrorOfAsync(stranger.PutAsync("a", "2", cancellationToken: Stop).AsTask()));
            await using var watch = stranger.WatchAsync(new WatchOperation(KeyRange.All), Stop).GetAsyncEnumerator(Stop);
            Assert.Equal(LutraError.Denied, await ErrorOfAsync(watch.MoveNextAsync().AsTask()));
        }

        await using var client = Client(transport, Issue("client", ours));
        Assert.Null(await client.GetAsync("a", cancellationToken: Stop));
    }

    private LutraClient Client(LutraTransport transport, TlsFiles? shown) => new(new LutraClientOptions
    {
        Transport = transport,
        Endpoints = [new Uri($"https://{node!.Address}")],
        Tls = new ClientTlsOptions { Files = new TlsFiles(shown?.CertificateFile, shown?.KeyFile, Path.Combine(folder, "server.ca")) },
        Timeout = TimeSpan.FromMinutes(2),
        AttemptTimeout = TimeSpan.FromMinutes(1),
    });

    private TlsFiles Issue(string name, CertificateAuthority by, params string[] hosts)
    {
        var (certificate, key) = by.Issue(name, hosts, isServer: hosts.Length > 0, isClient: true, DateTimeOffset.UtcNow, Day);
        var path = Path.Combine(folder, name);
        File.WriteAllText($"{path}.crt", certificate);
        File.WriteAllText($"{path}.key", key);
        File.WriteAllText($"{path}.ca", by.CertificatePem);
        return new TlsFiles($"{path}.crt", $"{path}.key", $"{path}.ca");
    }

    private static async Task<LutraError> ErrorOfAsync(Task call) => (await Assert.ThrowsAsync<LutraException>(() => call)).Error;
}
