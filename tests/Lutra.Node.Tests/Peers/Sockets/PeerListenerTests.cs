using System.Net;
using System.Net.Sockets;
using System.Text;
using Lutra.Node.Hosting.Network;
using Lutra.Node.Peers;

namespace Lutra.Node.Tests.Peers.Sockets;

/// <summary>What the node's own listener takes, and what it does to everybody else.</summary>
public sealed class PeerListenerTests : IDisposable
{
    private readonly SocketNetwork network = new();
    private readonly RecordingHandler accepted = new();
    private readonly PeerListener listener;

    public PeerListenerTests() => listener = PeerListener.Start("127.0.0.1:0", (stream, remote, _) => network.AcceptAsync(stream, remote, accepted), tls: null, _ => { });

    public void Dispose()
    {
        listener.Dispose();
        network.Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData("/behind/a/path")]
    public async Task The_request_of_a_peer_is_taken_even_byte_by_byte(string prefix)
    {
        using var client = await ConnectAsync();
        foreach (var one in UpgradeHandshake.Request(prefix, "x:1"))
            await client.SendAsync(new[] { one });
        Assert.StartsWith("HTTP/1.1 101 ", await ReadHeadAsync(client), StringComparison.Ordinal);
        await accepted.Opened;
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("GET /raft/stream HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("GET /raft/stream HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")]
    [InlineData("POST /raft/stream HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: lutra-raft\r\n\r\n")]
    [InlineData("GET /raft/stream HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: lutra-raft\r\n\r\nmore than was asked for")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]
    [InlineData("\r\n\r\n")]
    [InlineData("\0\u0001\u0002\r\n\r\n")]
    public async Task Anything_else_is_answered_404_and_closed(string request)
    {
        using var client = await ConnectAsync();
        await client.SendAsync(Encoding.Latin1.GetBytes(request));
        Assert.StartsWith("HTTP/1.1 404 ", await ReadHeadAsync(client), StringComparison.Ordinal);
        await UntilClosedAsync(client);
        Assert.False(accepted.WasOpened.Task.IsCompleted);
    }

    [Fact]
    public async Task A_head_that_is_too_long_is_answered_404_and_closed()
    {
        using var client = await ConnectAsync();
        await client.SendAsync(Encoding.ASCII.GetBytes("GET /raft/stream HTTP/1.1\r\nX: " + new string('x', UpgradeHandshake.HeadBytesMax)));
        await UntilClosedAsync(client);
        Assert.False(accepted.WasOpened.Task.IsCompleted);
    }

    [Fact]
    public async Task Who_says_nothing_is_hung_up_on()
    {
        var started = DateTime.UtcNow;
        using var client = await ConnectAsync();
        await client.SendAsync("GET /raft/stre"u8.ToArray());
        await UntilClosedAsync(client);
        Assert.InRange(DateTime.UtcNow - started, UpgradeHandshake.Timeout - TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Many_that_say_nothing_do_not_keep_a_peer_out()
    {
        var idle = new List<Socket>();
        for (var count = 0; count < 200; count++)
            idle.Add(await ConnectAsync());
        var dialled = new RecordingHandler();
        network.Dial($"127.0.0.1:{listener.Port}", dialled);
        // Dialling itself gives up after the time that the silent ones are granted.
        await dialled.Opened;
        await UntilClosedAsync(idle[0]);
        idle.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public void A_port_in_use_is_said()
    {
        var fault = Assert.Throws<PeerListenException>(() => PeerListener.Start($"127.0.0.1:{listener.Port}", (_, _, _) => Task.CompletedTask, tls: null, _ => { }));
        Assert.Contains($"127.0.0.1:{listener.Port}", fault.Message, StringComparison.Ordinal);
        Assert.Contains("in use by another process", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("192.0.2.1:1", "no such address")]
    [InlineData("no-such-host.invalid:1", "the name is not known")]
    public void An_address_of_somebody_else_is_said(string address, string expected)
    {
        var fault = Assert.Throws<PeerListenException>(() => PeerListener.Start(address, (_, _, _) => Task.CompletedTask, tls: null, _ => { }));
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Localhost_is_reached_by_its_name()
    {
        using var named = PeerListener.Start("localhost:0", (stream, remote, _) => network.AcceptAsync(stream, remote, accepted), tls: null, _ => { });
        var dialled = new RecordingHandler();
        network.Dial($"localhost:{named.Port}", dialled);
        await dialled.Opened;
    }

    [Fact]
    public async Task After_it_was_disposed_nobody_listens()
    {
        using var waiting = await ConnectAsync();
        listener.Dispose();
        await UntilClosedAsync(waiting);
        var dialled = new RecordingHandler();
        network.Dial($"127.0.0.1:{listener.Port}", dialled);
        Assert.Equal(CloseReason.Refused, (await dialled.Closed).Reason);
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, listener.Port);
        return socket;
    }

    private static async Task<string> ReadHeadAsync(Socket socket)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await socket.ReceiveAsync(one, patience.Token) == 1)
            head.Append((char)one[0]);
        return head.ToString();
    }

    private static async Task UntilClosedAsync(Socket socket)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var rest = new byte[1024];
        try
        {
            while (await socket.ReceiveAsync(rest, patience.Token) > 0)
            {
                // What it still says does not matter.
            }
        }
        catch (SocketException)
        {
            // A reset is an end too.
        }
    }
}
