using System.Net.Sockets;
using Lutra.Node.Hosting.Network;
using Lutra.Tls;

namespace Lutra.Node.Tests.Peers.Sockets;

/// <summary>Peers over TLS, on an address of their own (pitfall N03).</summary>
public sealed class TlsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly string folder = Directory.CreateTempSubdirectory("lutra-tls-").FullName;
    private readonly CertificateAuthority peers = CertificateAuthority.Create("peers", DateTimeOffset.UtcNow, TimeSpan.FromDays(1));
    private readonly CertificateAuthority strangers = CertificateAuthority.Create("strangers", DateTimeOffset.UtcNow, TimeSpan.FromDays(1));
    private readonly List<IDisposable> open = [];
    private readonly TaskCompletionSource<string> refused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RecordingHandler accepted = new();
    private readonly PeerListener listener;
    private PeerProof? proof;

    public TlsTests()
    {
        var network = Keep(new SocketNetwork());
        listener = Keep(PeerListener.Start(
            "127.0.0.1:0",
            (stream, remote, proved) =>
            {
                proof = proved;
                return network.AcceptAsync(stream, remote, accepted);
            },
            Tls(peers, "127.0.0.1"), line => refused.TrySetResult(line)));
    }

    public void Dispose()
    {
        open.ForEach(one => one.Dispose());
        peers.Dispose();
        strangers.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task N03_peers_find_each_other_by_certificates_of_their_ca_and_carry_bytes_both_ways()
    {
        var dialled = Dial(Tls(peers, "127.0.0.1"));
        (await dialled.Opened).Send("ping"u8.ToArray());
        await accepted.UntilReceived(4);
        Assert.Equal("ping"u8.ToArray(), accepted.TakeReceived());
        (await accepted.Opened).Send("pong"u8.ToArray());
        await dialled.UntilReceived(4);
        Assert.Equal("pong"u8.ToArray(), dialled.TakeReceived());
        Assert.True(proof!.Proves!("127.0.0.1"));
        Assert.False(proof.Proves("localhost"));
    }

    [Fact]
    public async Task N03_a_dialler_of_another_ca_is_refused_and_told_of()
    {
        // It believes the listener, so that the refusal is the listener's.
        var dialled = Dial(Tls(strangers, "127.0.0.1", believes: peers));
        Assert.StartsWith("Refused a peer at 127.0.0.1: ", await refused.Task.WaitAsync(Patience), StringComparison.Ordinal);
        await dialled.Closed;
        Assert.False(accepted.WasOpened.Task.IsCompleted);
    }

    [Theory]
    [InlineData("otter.example")]
    [InlineData("127.0.0.2")]
    public async Task N03_a_listener_whose_certificate_covers_another_host_is_not_spoken_to(string host)
    {
        var other = Keep(PeerListener.Start("127.0.0.1:0", (_, _, _) => Task.CompletedTask, Tls(peers, host), _ => { }));
        var dialled = Dial(Tls(peers, "127.0.0.1"), other.Port);
        Assert.Contains("cannot be spoken to by TLS", (await dialled.Closed).Message, StringComparison.Ordinal);
        Assert.False(dialled.WasOpened.Task.IsCompleted);
    }

    [Fact]
    public async Task N03_a_dialler_in_the_clear_is_hung_up_on()
    {
        var dialled = Dial(tls: null);
        Assert.Contains("it does not speak TLS", await refused.Task.WaitAsync(Patience), StringComparison.Ordinal);
        Assert.Contains("if it speaks TLS", (await dialled.Closed).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FF-FF-FF-FF-FF-FF-FF-FF")]
    [InlineData("16-03-01-FF-FF-01-00-FF-FF-FC")]
    [InlineData("16-03-01-00-04-01-7F-FF-FF")]
    public async Task N03_garbage_is_hung_up_on(string hex)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", listener.Port);
        await socket.SendAsync(Convert.FromHexString(hex.Replace("-", "", StringComparison.Ordinal)));
        socket.Shutdown(SocketShutdown.Send);
        var buffer = new byte[4096];
        while (await ReceiveAsync(socket, buffer) > 0)
        {
        }

        Assert.False(accepted.WasOpened.Task.IsCompleted);
    }

    [Theory]
    [InlineData("10.0.0.7:1", true)]
    [InlineData("10.0.0.8:1", false)]
    [InlineData("nowhere", false)]
    public void N03_a_peer_is_where_its_certificate_says_or_it_is_refused(string address, bool isProven)
    {
        var hello = PeerWorld.Hello(1, PeerWorld.ClusterA) with { PeerAddress = address };
        Assert.Equal(isProven, Node.Peers.Links.Handshake.JudgeProof(hello, host => host == "10.0.0.7") is null);
    }

    private static async Task<int> ReceiveAsync(Socket socket, byte[] buffer)
    {
        try
        {
            return await socket.ReceiveAsync(buffer).WaitAsync(Patience);
        }
        catch (SocketException)
        {
            return 0;
        }
    }

    private RecordingHandler Dial(PeerTls? tls, int? port = null)
    {
        var handler = new RecordingHandler();
        Keep(new SocketNetwork(tls)).Dial($"127.0.0.1:{port ?? listener.Port}", handler);
        return handler;
    }

    private PeerTls Tls(CertificateAuthority by, string host, CertificateAuthority? believes = null)
    {
        var (certificate, key) = by.Issue("node", [host], isServer: true, isClient: true, DateTimeOffset.UtcNow, TimeSpan.FromHours(1));
        var name = Path.Combine(folder, Path.GetRandomFileName());
        File.WriteAllText($"{name}.crt", certificate);
        File.WriteAllText($"{name}.key", key);
        File.WriteAllText($"{name}.ca", (believes ?? by).CertificatePem);
        return PeerTls.Open(new PeerTlsOptions { Files = new TlsFiles($"{name}.crt", $"{name}.key", $"{name}.ca") }, TimeProvider.System, _ => { });
    }

    private T Keep<T>(T one)
        where T : IDisposable
    {
        open.Add(one);
        return one;
    }
}
