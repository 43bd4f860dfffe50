using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Lutra.Server.Auth;
using Lutra.Server.Tests.Etcd;
using Lutra.Server.Tls;
using Lutra.Tls;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Server.Tests.Auth;

/// <summary>Whom a certificate names, where clients must show one.</summary>
public sealed class CertificateTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("lutra-certified-").FullName;
    private readonly CertificateAuthority clients = CertificateAuthority.Create("clients", DateTimeOffset.UtcNow, TimeSpan.FromDays(1));
    private LutraNode node = null!;

    public async ValueTask InitializeAsync()
    {
        node = await LutraNode.StartAsync(new LutraNodeOptions { Directory = folder, BcryptCost = 4, SegmentSizeBytes = 4 * 1024 * 1024, RequestTimeoutMillis = 120_000 });
        await node.WaitUntilReadyAsync();
        AuthChange[] changes =
        [
            new AddUser("root", "rootpw"), new GrantRole("root", "root"), new AddUser("robot", null), new AddRole("r"),
            new GrantPermission("r", new Permission(PermissionKind.ReadWrite, KeyRange.Single("mine"u8.ToArray()))), new GrantRole("robot", "r"), new EnableAuth(),
        ];
        foreach (var change in changes)
            await node.Users.ChangeAsync(change);
    }

    public async ValueTask DisposeAsync()
    {
        await node.DisposeAsync();
        clients.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_certificate_says_who_asks_over_grpc_and_rest_and_a_token_says_it_before_the_certificate()
    {
        await using var server = await StartAsync();
        using var robot = Http(server, "robot");
        Assert.Equal((0, ""), await PutAsync(robot, "mine"));
        Assert.Equal((7, "etcdserver: permission denied"), await PutAsync(robot, "other"));
        Assert.Equal(HttpStatusCode.OK, (await robot.GetAsync("/key/mine")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await robot.GetAsync("/key/other")).StatusCode);
        Assert.Equal((16, "etcdserver: invalid auth token"), await PutAsync(robot, "mine", ("token", "abcdefghijklmnop.1")));
        Assert.Equal((0, ""), await PutAsync(robot, "other", ("token", await node.Users.LoginAsync("root", "rootpw"))));
        using var stranger = Http(server, "stranger");
        Assert.Equal((7, "etcdserver: permission denied"), await PutAsync(stranger, "mine"));
    }

    [Fact]
    public async Task What_comes_through_a_gateway_has_no_certificate_of_its_own()
    {
        await using var server = await StartAsync();
        using var robot = Http(server, "robot");
        Assert.Equal((3, "etcdserver: user name is empty"), await PutAsync(robot, "mine", ("grpcgateway-accept", "*/*")));
        var answer = await robot.PostAsync("/v3/kv/put", new StringContent("""{"key":"bWluZQ=="}"""));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("CommonName of client sending a request against gateway will be ignored", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_clients_need_not_show_a_certificate_it_says_nothing()
    {
        await using var server = await StartAsync(namesUsers: false);
        using var robot = Http(server, "robot");
        Assert.Equal((3, "etcdserver: user name is empty"), await PutAsync(robot, "mine"));
    }

    private Task<LutraServer> StartAsync(bool namesUsers = true)
    {
        var (certificate, key) = clients.Issue("node", ["localhost", "127.0.0.1"], true, false, DateTimeOffset.UtcNow, TimeSpan.FromHours(1));
        var path = Path.Combine(folder, "server");
        File.WriteAllText($"{path}.crt", certificate);
        File.WriteAllText($"{path}.key", key);
        File.WriteAllText($"{path}.ca", clients.CertificatePem);
        return LutraServer.StartAsync(node, new LutraServerOptions
        {
            Address = "localhost:0",
            Tls = new ServerTlsOptions { Files = new TlsFiles($"{path}.crt", $"{path}.key", $"{path}.ca"), ClientCertificateRequired = true },
            Auth = new AuthOptions { CertificatesNameUsers = namesUsers },
        });
    }

    private HttpClient Http(LutraServer server, string name)
    {
        var (certificate, key) = clients.Issue(name, [], isServer: false, isClient: true, DateTimeOffset.UtcNow, TimeSpan.FromHours(1));
        var shown = X509Certificate2.CreateFromPem(certificate, key);
        return new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = CertificateTrust.Policy([X509Certificate2.CreateFromPem(clients.CertificatePem)]),
                ClientCertificateContext = SslStreamCertificateContext.Create(shown, null, offline: true),
            },
        })
        {
            BaseAddress = new Uri($"https://localhost:{server.Address.Port}"),
            Timeout = TimeSpan.FromSeconds(120),
        };
    }

    private static async Task<(int Status, string Message)> PutAsync(HttpClient http, string key, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/etcdserverpb.KV/Put") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Content = new ByteArrayContent(GrpcClient.Frame(new Pb.PutRequest { Key = EtcdNode.Bytes(key) }.ToByteArray()));
        request.Content.Headers.ContentType = new("application/grpc");
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await http.SendAsync(request);
        await response.Content.ReadAsByteArrayAsync();
        var end = GrpcEnd.Of(response, []);
        return (end.Status, end.Message);
    }
}
