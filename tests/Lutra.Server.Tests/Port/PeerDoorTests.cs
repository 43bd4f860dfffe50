using System.Net.Sockets;
using System.Text;
using Lutra.Server.Tests.Support;

namespace Lutra.Server.Tests.Port;

public sealed class PeerDoorTests
{
    private const string Upgrade = "GET /raft/stream HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: lutra-raft\r\n\r\n";

    [Fact]
    public async Task An_upgraded_connection_is_a_raw_stream_both_ways()
    {
        var remote = "";
        await using var server = await WithDoor((stream, who) =>
        {
            remote = who;
            return EchoAsync(stream);
        });
        using var socket = await server.DialAsync();
        await using var stream = new NetworkStream(socket);

        // The first frame may come in the same packet as the request.
        await stream.WriteAsync(Encoding.ASCII.GetBytes(Upgrade + "otter"));
        var head = await ReadHeadAsync(stream);
        Assert.StartsWith("HTTP/1.1 101 ", head, StringComparison.Ordinal);
        Assert.Contains("\r\nUpgrade: lutra-raft\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nConnection: Upgrade\r\n", head, StringComparison.Ordinal);
        Assert.Equal("otter"u8.ToArray(), await ReadAsync(stream, 5));

        var frame = Enumerable.Range(0, 100_000).Select(i => (byte)i).ToArray();
        var sent = stream.WriteAsync(frame);
        Assert.Equal(frame, await ReadAsync(stream, frame.Length));
        await sent;
        Assert.Equal(((System.Net.IPEndPoint)socket.LocalEndPoint!).ToString(), remote);

        // When the peer hangs up, so does the door.
        socket.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await stream.ReadAsync(new byte[1]).AsTask().WaitAsync(TimeSpan.FromSeconds(120)));
    }

    [Theory]
    [InlineData("GET", "/raft/stream", "", 426)]
    [InlineData("GET", "/raft/stream", "Upgrade: lutra-raft\r\n", 426)]
    [InlineData("GET", "/raft/stream", "Connection: Upgrade\r\nUpgrade: websocket\r\n", 426)]
    [InlineData("POST", "/raft/stream", "", 405)]
    [InlineData("POST", "/raft/requestVote", "", 426)]
    [InlineData("POST", "/raft/appendEntries", "", 426)]
    [InlineData("GET", "/raft/requestVote", "", 405)]
    [InlineData("GET", "/raft/appendEntries", "", 405)]
    [InlineData("GET", "/raft", "", 404)]
    [InlineData("GET", "/raft/other", "", 404)]
    public async Task Others_are_told_where_peers_speak(string method, string target, string headers, int status)
    {
        await using var server = await WithDoor((stream, _) => EchoAsync(stream));
        var answer = await server.SendAsync(method, target, headers);
        Assert.Equal(status, answer.Status);
        if (status != 426)
            return;
        Assert.Equal("lutra-raft", answer.Headers["Upgrade"]);
        Assert.Contains("GET /raft/stream", answer.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Over_http2_there_is_no_door()
    {
        await using var server = await WithDoor((stream, _) => EchoAsync(stream));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/raft/stream")
        {
            Version = System.Net.HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        Assert.Equal(426, (int)(await server.Http.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task A_node_that_listens_for_peers_elsewhere_says_so()
    {
        await using var server = await RunningServer.StartAsync();
        Assert.Equal(404, (await server.SendAsync("GET", "/raft/stream", "Connection: Upgrade\r\nUpgrade: lutra-raft\r\n")).Status);
    }

    [Fact]
    public async Task A_stop_hangs_up_open_streams_at_once()
    {
        var opened = new TaskCompletionSource();
        await using var server = await WithDoor((stream, _) =>
        {
            opened.SetResult();
            return EchoAsync(stream);
        });
        using var socket = await server.DialAsync();
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(Upgrade));
        await ReadHeadAsync(stream);
        await opened.Task;

        // Well below the time that requests are given to end.
        await server.Server.StopAsync().WaitAsync(TimeSpan.FromSeconds(120));
        try
        {
            Assert.Equal(0, await stream.ReadAsync(new byte[1]).AsTask().WaitAsync(TimeSpan.FromSeconds(120)));
        }
        catch (IOException)
        {
            // Reset is as good.
        }
    }

    [Fact]
    public async Task A_door_that_fails_closes_its_stream_only()
    {
        await using var server = await WithDoor((_, _) => Task.FromException(new IOException("bad frame")));
        using var socket = await server.DialAsync();
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(Upgrade));
        await ReadHeadAsync(stream);
        Assert.Equal(0, await stream.ReadAsync(new byte[1]).AsTask().WaitAsync(TimeSpan.FromSeconds(120)));
        Assert.Equal(200, (await server.SendAsync("GET", "/livez")).Status);
    }

    private static Task<RunningServer> WithDoor(Func<Stream, string, Task> door) =>
        RunningServer.StartAsync(options => options with { StopTimeout = TimeSpan.FromHours(1), Rest = options.Rest with { PeerDoor = (stream, who, _) => door(stream, who) } });

    private static async Task EchoAsync(Stream stream)
    {
        var buffer = new byte[4096];
        while (await stream.ReadAsync(buffer) is > 0 and var length)
        {
            await stream.WriteAsync(buffer.AsMemory(0, length));
            await stream.FlushAsync();
        }
    }

    private static async Task<string> ReadHeadAsync(Stream stream)
    {
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            head.Append((char)(await ReadAsync(stream, 1))[0]);
        return head.ToString();
    }

    private static async Task<byte[]> ReadAsync(Stream stream, int length)
    {
        var bytes = new byte[length];
        await stream.ReadExactlyAsync(bytes).AsTask().WaitAsync(TimeSpan.FromSeconds(120));
        return bytes;
    }
}
