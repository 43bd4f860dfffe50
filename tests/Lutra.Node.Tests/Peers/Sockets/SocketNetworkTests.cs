using System.Net;
using System.Net.Sockets;
using System.Text;
using Lutra.Node.Hosting.Network;
using Lutra.Node.Peers;

namespace Lutra.Node.Tests.Peers.Sockets;

/// <summary>Connections over real loopback sockets.</summary>
public sealed class SocketNetworkTests : IDisposable
{
    private readonly SocketNetwork network = new();
    private readonly SocketNetwork accepting = new();
    private readonly RecordingHandler dialled = new();
    private readonly RecordingHandler accepted = new();
    private readonly PeerListener listener;

    public SocketNetworkTests() => listener = PeerListener.Start("127.0.0.1:0", (stream, remote, _) => accepting.AcceptAsync(stream, remote, accepted), tls: null, _ => { });

    private string Address => $"127.0.0.1:{listener.Port}";

    public void Dispose()
    {
        network.Dispose();
        accepting.Dispose();
        listener.Dispose();
        Assert.False(dialled.BrokeTheRules);
        Assert.False(accepted.BrokeTheRules);
    }

    [Fact]
    public async Task Bytes_go_both_ways_in_order_and_are_reported_as_sent()
    {
        network.Dial(Address, dialled);
        var near = await dialled.Opened;
        var far = await accepted.Opened;
        var there = Pattern(3_000_000);
        var back = Pattern(1_000_000);
        near.Send(there.AsMemory(0, 1));
        near.Send(there.AsMemory(1, 1_999_999));
        near.Send(there.AsMemory(2_000_000));
        far.Send(back);
        await accepted.UntilReceived(there.Length);
        await dialled.UntilReceived(back.Length);
        await dialled.UntilSent(there.Length);
        await accepted.UntilSent(back.Length);
        Assert.Equal(there, accepted.TakeReceived());
        Assert.Equal(back, dialled.TakeReceived());
    }

    [Fact]
    public async Task A_name_is_resolved_and_every_address_of_it_tried()
    {
        network.Dial($"localhost:{listener.Port}", dialled);
        await dialled.Opened;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Each_end_hears_who_closed(bool dialledCloses)
    {
        network.Dial(Address, dialled);
        var near = await dialled.Opened;
        var far = await accepted.Opened;
        (dialledCloses ? near : far).Close();
        (dialledCloses ? near : far).Close();
        Assert.Equal(CloseReason.Closed, (await (dialledCloses ? dialled : accepted).Closed).Reason);
        Assert.Equal(CloseReason.Ended, (await (dialledCloses ? accepted : dialled).Closed).Reason);
    }

    [Fact]
    public async Task What_was_sent_before_closing_arrives()
    {
        network.Dial(Address, dialled);
        var near = await dialled.Opened;
        await accepted.Opened;
        var farewell = Pattern(100_000);
        near.Send(farewell);
        await dialled.UntilSent(farewell.Length);
        near.Close();
        await accepted.Closed;
        Assert.Equal(farewell, accepted.TakeReceived());
    }

    [Fact]
    public async Task An_abrupt_end_is_told()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, listener.Port);
        await socket.SendAsync(UpgradeHandshake.Request("", Address));
        await accepted.Opened;
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
        Assert.Equal(CloseReason.Failed, (await accepted.Closed).Reason);
    }

    [Fact]
    public async Task Nobody_listening_is_a_refusal()
    {
        var port = listener.Port;
        listener.Dispose();
        network.Dial($"127.0.0.1:{port}", dialled);
        Assert.Equal((CloseReason.Refused, $"nobody listens at 127.0.0.1:{port}"), await dialled.Closed);
    }

    [Theory]
    [InlineData("no-such-host.invalid:1")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:99999")]
    public async Task An_address_that_cannot_be_dialled_fails(string address)
    {
        network.Dial(address, dialled);
        Assert.Equal(CloseReason.Failed, (await dialled.Closed).Reason);
    }

    [Theory]
    [InlineData("HTTP/1.1 404 Not Found\r\n\r\n", "404 Not Found")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", "no node of Lutra")]
    [InlineData("SSH-2.0-OpenSSH_9.2p1\r\n", "did not answer as a node does")]
    [InlineData("", "did not answer as a node does")]
    public async Task Something_else_that_answers_is_named(string answer, string expected)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        network.Dial($"127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}", dialled);
        using var client = await other.AcceptTcpClientAsync();
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(answer));
        client.Client.Shutdown(SocketShutdown.Send);
        var (reason, message) = await dialled.Closed;
        Assert.Equal(CloseReason.Failed, reason);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_without_end_is_cut_off()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        network.Dial($"127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}", dialled);
        using var client = await other.AcceptTcpClientAsync();
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 101 Switching Protocols\r\nX: " + new string('x', 5000)));
        Assert.Equal(CloseReason.Failed, (await dialled.Closed).Reason);
    }

    [Fact]
    public async Task A_paused_connection_is_not_read_and_holds_up_its_sender()
    {
        network.Dial(Address, dialled);
        var near = await dialled.Opened;
        var far = await accepted.Opened;
        far.Pause();
        // More than all buffers on the way hold.
        var much = Pattern(16 * 1024 * 1024);
        near.Send(much.AsMemory(0, 1));
        await dialled.UntilSent(1);
        near.Send(much.AsMemory(1));
        Assert.InRange(accepted.ReceivedBytes, 0, 64 * 1024);
        far.Resume();
        await accepted.UntilReceived(much.Length);
        Assert.Equal(much, accepted.TakeReceived());
    }

    [Fact]
    public async Task Stopping_closes_what_is_open_and_what_is_dialled_later()
    {
        network.Dial(Address, dialled);
        await dialled.Opened;
        network.Dispose();
        Assert.Equal(CloseReason.Closed, (await dialled.Closed).Reason);
        await accepted.Closed;
        var late = new RecordingHandler();
        network.Dial(Address, late);
        Assert.Equal(CloseReason.Failed, (await late.Closed).Reason);
    }

    [Fact]
    public async Task A_stream_that_a_server_upgraded_is_carried_until_it_ends()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, ((IPEndPoint)server.LocalEndpoint).Port);
        using var upgraded = await server.AcceptTcpClientAsync();
        var carried = accepting.AcceptAsync(upgraded.GetStream(), "somebody", accepted);
        Assert.Equal("somebody", (await accepted.Opened).Remote);
        await client.GetStream().WriteAsync("hello"u8.ToArray());
        await accepted.UntilReceived(5);
        Assert.False(carried.IsCompleted);
        client.Close();
        await carried.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(accepted.WasClosed.Task.IsCompleted);
    }

    private static byte[] Pattern(int lengthBytes)
    {
        var bytes = new byte[lengthBytes];
        new Random(lengthBytes).NextBytes(bytes);
        return bytes;
    }
}
