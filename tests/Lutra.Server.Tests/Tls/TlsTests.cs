using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Lutra.Client;
using Lutra.Server.Port;
using Lutra.Server.Tests.Support;
using Lutra.Server.Tls;
using Lutra.Tls;
using Microsoft.Extensions.Logging;

namespace Lutra.Server.Tests.Tls;

/// <summary>The one address with TLS: who gets in, by which certificate, and what the others are told.</summary>
public sealed class TlsTests : IDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private readonly string folder = Directory.CreateTempSubdirectory("lutra-tls-").FullName;
    private readonly CertificateAuthority clients = CertificateAuthority.Create("clients", DateTimeOffset.UtcNow, TimeSpan.FromDays(1));
    private readonly CertificateAuthority peers = CertificateAuthority.Create("peers", DateTimeOffset.UtcNow, TimeSpan.FromDays(1));

    public void Dispose()
    {
        clients.Dispose();
        peers.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Both_versions_of_http_are_spoken_inside(string version)
    {
        await using var server = await StartAsync();
        using var http = Http(server, shown: null);
        http.DefaultRequestVersion = Version.Parse(version);
        http.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        var answer = await http.GetAsync("/livez");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(Version.Parse(version), answer.Version);
    }

    [Fact]
    public async Task A_client_library_reads_and_writes_and_believes_only_its_ca()
    {
        await using var server = await StartAsync();
        await using var client = new LutraClient(Options(server, clients));
        await client.PutAsync("a", "1");
        Assert.NotNull(await client.GetAsync("a"));
        await RefusedAsync(Options(server, peers), "certificate");
    }

    [Fact]
    public async Task Where_clients_must_show_a_certificate_only_theirs_opens_the_store()
    {
        await using var server = await StartAsync(clientsMustShow: true);
        using var nameless = Http(server, shown: null);
        var refusal = await nameless.GetAsync("/key/a");
        Assert.Equal(HttpStatusCode.Forbidden, refusal.StatusCode);
        Assert.Contains("no certificate was shown", await refusal.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var peer = Http(server, Issue(peers, "node", "localhost"));
        Assert.Equal(HttpStatusCode.Forbidden, (await peer.GetAsync("/key/a")).StatusCode);
        using var client = Http(server, Issue(clients, "client"));
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/key/a")).StatusCode);
    }

    [Fact]
    public async Task N03_a_clients_certificate_does_not_open_the_peers_stream_and_a_peers_does()
    {
        await using var server = await StartAsync();
        using var nameless = Http(server, shown: null);
        Assert.Equal(HttpStatusCode.Forbidden, (await nameless.SendAsync(Upgrade())).StatusCode);
        using var client = Http(server, Issue(clients, "client", "localhost"));
        Assert.Equal(HttpStatusCode.Forbidden, (await client.SendAsync(Upgrade())).StatusCode);
        using var peer = Http(server, Issue(peers, "node", "localhost"));
        Assert.Equal(HttpStatusCode.SwitchingProtocols, (await peer.SendAsync(Upgrade(), HttpCompletionOption.ResponseHeadersRead)).StatusCode);
    }

    [Fact]
    public async Task N03_a_certificate_of_neither_ca_ends_the_handshake_and_the_log_says_why()
    {
        using var log = new Lines();
        await using var server = await StartAsync(logging: log.Factory);
        using var strangers = CertificateAuthority.Create("strangers", DateTimeOffset.UtcNow, TimeSpan.FromDays(1));
        using var stranger = Http(server, Issue(strangers, "node", "localhost"));
        await Assert.ThrowsAsync<HttpRequestException>(() => stranger.GetAsync("/livez"));
        Assert.Contains("its certificate is not believed", await log.First.Task.WaitAsync(TimeSpan.FromMinutes(2)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]
    public async Task Who_comes_in_the_clear_is_told_to_speak_tls(string first)
    {
        await using var server = await StartAsync();
        using var socket = await server.DialAsync();
        await socket.SendAsync(Encoding.ASCII.GetBytes(first));
        Assert.Contains("use https://", await ReadAsync(socket), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_client_goes_on_to_say_does_not_cost_it_the_answer()
    {
        await using var server = await StartAsync();
        using var socket = await server.DialAsync();
        await socket.SendAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());

        // It is there, and not read yet: a server that had closed its end would reset the connection now, and the answer would be gone.
        Assert.True(socket.Poll(TimeSpan.FromSeconds(120), System.Net.Sockets.SelectMode.SelectRead));
        for (var more = 0; more < 10; more++)
            await socket.SendAsync(new byte[100_000]);
        Assert.Contains("use https://", await ReadAsync(socket), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_speaks_tls_to_an_address_in_the_clear_is_told_to_leave_it()
    {
        await using var server = await RunningServer.StartAsync();
        using var socket = await server.DialAsync();
        await socket.SendAsync(new byte[] { 22, 3, 1, 0, 5, 1, 0, 0, 1, 0 });
        Assert.Contains("use http://", await ReadAsync(socket), StringComparison.Ordinal);
        await RefusedAsync(Options(server, clients), "is it https:// there?");
    }

    [Fact]
    public async Task With_tls_a_server_may_be_reached_from_elsewhere()
    {
        await using var server = await StartAsync(address: "0.0.0.0:0");
        await Assert.ThrowsAsync<ListenException>(() => RunningServer.StartAsync(options => options with { Address = "0.0.0.0:0" }));
    }

    /// <summary>A client tries until its time is up, and then says what was wrong last: where the machine is slow, that may be the time, unless it has more of it.</summary>
    private static async Task RefusedAsync(LutraClientOptions options, string why)
    {
        for (var seconds = 1; ; seconds *= 2)
        {
            await using var client = new LutraClient(options with { Timeout = TimeSpan.FromSeconds(seconds) });
            var refusal = await Assert.ThrowsAsync<LutraException>(() => client.GetAsync("a").AsTask());
            if (refusal.Message.Contains(why, StringComparison.Ordinal))
                return;
            Assert.True(seconds < 64, refusal.Message);
        }
    }

    private static HttpRequestMessage Upgrade()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/raft/stream");
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.ParseAdd("lutra-raft");
        return request;
    }

    private static async Task<string> ReadAsync(System.Net.Sockets.Socket socket)
    {
        await using var stream = new System.Net.Sockets.NetworkStream(socket);
        socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(120));
    }

    private Task<RunningServer> StartAsync(bool clientsMustShow = false, string address = "localhost:0", ILoggerFactory? logging = null)
    {
        var peer = Save("peer", peers.Issue("node", ["localhost"], true, true, DateTimeOffset.UtcNow, Hour), peers);
        var own = Save("server", clients.Issue("node", ["localhost", "127.0.0.1"], true, false, DateTimeOffset.UtcNow, Hour), clients);
        var tls = new ServerTlsOptions { Files = own, ClientCertificateRequired = clientsMustShow, Peers = new PeerTlsOptions { Files = peer } };
        return RunningServer.StartAsync(options => options with
        {
            Address = address,
            Logging = logging ?? options.Logging,
            Tls = tls,
            Rest = options.Rest with { PeerDoor = (_, _, proof) => proof.Fault is null ? Task.CompletedTask : throw new InvalidOperationException(proof.Fault) },
        });
    }

    private LutraClientOptions Options(RunningServer server, CertificateAuthority believed)
    {
        var file = Path.Combine(folder, "believed.crt");
        File.WriteAllText(file, believed.CertificatePem);
        return new LutraClientOptions
        {
            Transport = LutraTransport.Rest,
            Endpoints = [new Uri($"https://localhost:{server.Port}")],
            Timeout = TimeSpan.FromMinutes(2),
            AttemptTimeout = TimeSpan.FromMinutes(1),
            Tls = new ClientTlsOptions { Files = new TlsFiles(null, null, file) },
        };
    }

    private HttpClient Http(RunningServer server, X509Certificate2? shown)
    {
        var policy = CertificateTrust.Policy([X509Certificate2.CreateFromPem(clients.CertificatePem)]);
        return new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = policy,
                ClientCertificateContext = shown is null ? null : SslStreamCertificateContext.Create(shown, null, offline: true),
            },
        })
        {
            BaseAddress = new Uri($"https://localhost:{server.Port}"),
            Timeout = TimeSpan.FromSeconds(120),
        };
    }

    private static X509Certificate2 Issue(CertificateAuthority by, string name, params string[] hosts)
    {
        var (certificate, key) = by.Issue(name, hosts, isServer: false, isClient: true, DateTimeOffset.UtcNow, Hour);
        return X509Certificate2.CreateFromPem(certificate, key);
    }

    private TlsFiles Save(string name, (string Certificate, string Key) pair, CertificateAuthority ca)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText($"{path}.crt", pair.Certificate);
        File.WriteAllText($"{path}.key", pair.Key);
        File.WriteAllText($"{path}.ca", ca.CertificatePem);
        return new TlsFiles($"{path}.crt", $"{path}.key", $"{path}.ca");
    }

    /// <summary>The first line of a server's log about somebody who was refused.</summary>
    private sealed class Lines : ILoggerProvider, ILogger
    {
        public Lines() => Factory = LoggerFactory.Create(logging => logging.AddProvider(this).SetMinimumLevel(LogLevel.Warning));

        public ILoggerFactory Factory { get; }

        public TaskCompletionSource<string> First { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Note(formatter(state, exception));

        public void Dispose()
        {
        }

        private void Note(string line)
        {
            if (line.StartsWith("Refused", StringComparison.Ordinal))
                First.TrySetResult(line);
        }
    }
}
