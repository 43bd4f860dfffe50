using System.Net;
using System.Net.Sockets;
using System.Text;
using Lutra.Server.Port;
using Lutra.Server.Tests.Support;

namespace Lutra.Server.Tests.Port;

public sealed class OnePortTests
{
    [Fact]
    public async Task Http11_and_cleartext_http2_share_the_address()
    {
        await using var server = await RunningServer.StartAsync();
        foreach (var version in new[] { HttpVersion.Version11, HttpVersion.Version20 })
        {
            using var put = Request(HttpMethod.Put, "/key/a", version);
            put.Content = new StringContent("""{"value":"otter"}""");
            put.Content.Headers.ContentType = null;
            using var done = await server.Http.SendAsync(put);
            Assert.Equal((HttpStatusCode.OK, version), (done.StatusCode, done.Version));

            using var get = Request(HttpMethod.Get, "/key/a", version);
            using var found = await server.Http.SendAsync(get);
            Assert.Equal(version, found.Version);
            Assert.Contains("\"otter\"", await found.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Many_streams_of_one_http2_connection_are_served()
    {
        await using var server = await RunningServer.StartAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            using var put = Request(HttpMethod.Put, $"/key/{i}", HttpVersion.Version20);
            put.Content = new ByteArrayContent(new byte[10_000]);
            put.Content.Headers.ContentType = new("application/octet-stream");
            using var done = await server.Http.SendAsync(put);
            return done.StatusCode;
        }));
        Assert.All(answers, status => Assert.Equal(HttpStatusCode.OK, status));
    }

    [Fact]
    public async Task A_key_of_64_KiB_fits_the_path_of_http2()
    {
        await using var server = await RunningServer.StartAsync();
        var path = string.Concat(Enumerable.Repeat("%EE", LutraLimits.KeySizeBytesMax));
        using var get = Request(HttpMethod.Get, $"/key/{path}", HttpVersion.Version20);
        using var answer = await server.Http.SendAsync(get);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal(LutraLimits.KeySizeBytesMax, server.Store.LastRange!.Range.From.Length);
    }

    [Fact]
    public async Task The_preface_may_come_byte_by_byte()
    {
        await using var server = await RunningServer.StartAsync();
        using var socket = await server.DialAsync();
        foreach (var one in "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray())
            await socket.SendAsync(new[] { one });
        await socket.SendAsync(new byte[] { 0, 0, 0, 4, 0, 0, 0, 0, 0 });

        // The server's own settings frame: type 4 on stream 0.
        var frame = new byte[9];
        await ReadExactlyAsync(socket, frame);
        Assert.Equal(4, frame[3]);
    }

    [Fact]
    public async Task A_request_may_come_byte_by_byte()
    {
        await using var server = await RunningServer.StartAsync();
        using var socket = await server.DialAsync();
        foreach (var one in "PUT /key/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 13\r\n\r\n{\"value\":\"x\"}"u8.ToArray())
            await socket.SendAsync(new[] { one });
        Assert.StartsWith("HTTP/1.1 200 ", await ReadToEndAsync(socket), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PROPFIND /key/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 405 ")]
    [InlineData("PR\0\0\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003", "HTTP/1.1 400 ")]
    [InlineData("GET / HTTP/9.9\r\n\r\n", "HTTP/1.1 505 ")]
    [InlineData("GET /key/a HTTP/1.1\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("GET /key/%00 HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("GET /key/\u00e4 HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 400 ")]
    public async Task Garbage_is_refused_and_hurts_nobody(string sent, string answered)
    {
        await using var server = await RunningServer.StartAsync();
        using var socket = await server.DialAsync();
        await socket.SendAsync(Encoding.Latin1.GetBytes(sent));
        var answer = new byte[answered.Length];
        await ReadExactlyAsync(socket, answer);
        Assert.Equal(answered, Encoding.Latin1.GetString(answer));
        Assert.Equal(200, (await server.SendAsync("PUT", "/key/a", "", """{"value":"x"}""")).Status);
    }

    [Fact]
    public async Task Garbage_behind_the_preface_of_http2_hurts_nobody()
    {
        await using var server = await RunningServer.StartAsync();
        using var socket = await server.DialAsync();
        await socket.SendAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
        await socket.SendAsync(Enumerable.Repeat((byte)0xff, 4096).ToArray());
        await ReadToEndAsync(socket);
        Assert.Equal(200, (await server.SendAsync("PUT", "/key/a", "", """{"value":"x"}""")).Status);
    }

    [Fact]
    public async Task A_request_line_beyond_the_limit_is_refused()
    {
        await using var server = await RunningServer.StartAsync();
        using var socket = await server.DialAsync();
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET /key/{new string('a', 256 * 1024)} HTTP/1.1\r\nHost: x\r\n\r\n"));
        Assert.StartsWith("HTTP/1.1 414 ", await ReadToEndAsync(socket), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_keeps_silent_is_dropped()
    {
        await using var server = await RunningServer.StartAsync(options => options with { ClassifyTimeout = TimeSpan.FromMilliseconds(50) });
        using var silent = await server.DialAsync();
        using var slow = await server.DialAsync();
        await slow.SendAsync("PR"u8.ToArray());
        await ReadToEndAsync(silent);
        await ReadToEndAsync(slow);
    }

    [Fact]
    public async Task Only_so_many_connections_may_keep_silent()
    {
        await using var server = await RunningServer.StartAsync(options => options with { UnclassifiedMax = 2 });
        using var first = await server.DialAsync();
        using var second = await server.DialAsync();

        // Both are surely counted once a third is dropped; one that speaks is served all the same.
        while (true)
        {
            using var third = await server.DialAsync();
            try
            {
                await ReadToEndAsync(third, TimeSpan.FromMilliseconds(200));
                break;
            }
            catch (TimeoutException)
            {
            }
        }

        await first.SendAsync("GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"u8.ToArray());
        Assert.StartsWith("HTTP/1.1 200 ", await ReadToEndAsync(first), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_so_many_connections_are_open_at_once()
    {
        await using var server = await RunningServer.StartAsync(options => options with { ConnectionsMax = 1 });
        using var first = await server.DialAsync();
        await first.SendAsync("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
        await ReadExactlyAsync(first, new byte[12]);
        using var second = await server.DialAsync();
        Assert.Equal("", await ReadToEndAsync(second));
    }

    [Fact]
    public async Task Stopping_lets_requests_end_on_both_protocols_and_does_not_wait_for_silence()
    {
        await using var server = await RunningServer.StartAsync(options => options with { StopTimeout = TimeSpan.FromHours(1) });
        var gate = new TaskCompletionSource();
        server.Store.Gate = gate.Task;
        using var silent = await server.DialAsync();
        using var one = Request(HttpMethod.Get, "/key/a", HttpVersion.Version11);
        using var two = Request(HttpMethod.Get, "/key/a", HttpVersion.Version20);
        var first = server.Http.SendAsync(one);
        var second = server.Http.SendAsync(two);
        await server.Store.Waiting(2);

        var stopped = server.Server.StopAsync();
        Assert.False(stopped.IsCompleted);
        gate.SetResult();
        Assert.Equal(HttpStatusCode.NotFound, (await first).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await second).StatusCode);
        await stopped.WaitAsync(TimeSpan.FromSeconds(120));
        await Assert.ThrowsAnyAsync<SocketException>(server.DialAsync);
    }

    [Fact]
    public async Task A_port_in_use_is_told_plainly()
    {
        await using var server = await RunningServer.StartAsync();
        foreach (var host in new[] { "127.0.0.1", "localhost" })
        {
            var options = new LutraServerOptions { Address = $"{host}:{server.Port}" };
            var refused = await Assert.ThrowsAsync<ListenException>(() => LutraServer.StartAsync(new MemoryStore(), options));
            Assert.Equal($"{host}:{server.Port} is in use: another process listens there. Stop it, or choose another address with --addr.", refused.Message);
        }
    }

    [Fact]
    public async Task An_address_of_another_machine_is_told_plainly()
    {
        var options = new LutraServerOptions { Address = "203.0.113.7:2379", InsecureListen = true };
        var refused = await Assert.ThrowsAsync<ListenException>(() => LutraServer.StartAsync(new MemoryStore(), options));
        Assert.Contains("no address of this machine", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.0.0.0:0")]
    [InlineData("[::]:0")]
    [InlineData("192.0.2.1:0")]
    public async Task Beyond_this_machine_only_on_demand(string address)
    {
        var refused = await Assert.ThrowsAsync<ListenException>(
            () => LutraServer.StartAsync(new MemoryStore(), new LutraServerOptions { Address = address }));
        Assert.Contains("--insecure-listen", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_interfaces_are_served_on_demand()
    {
        await using var server = await RunningServer.StartAsync(options => options with { Address = "0.0.0.0:0", InsecureListen = true });
        Assert.Equal(200, (await server.SendAsync("GET", "/livez")).Status);
    }

    private static HttpRequestMessage Request(HttpMethod method, string target, Version version) =>
        new(method, target) { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };

    private static async Task ReadExactlyAsync(Socket socket, byte[] target)
    {
        await using var stream = new NetworkStream(socket, ownsSocket: false);
        await stream.ReadExactlyAsync(target).AsTask().WaitAsync(TimeSpan.FromSeconds(120));
    }

    private static async Task<string> ReadToEndAsync(Socket socket, TimeSpan? within = null)
    {
        await using var stream = new NetworkStream(socket);
        using var all = new MemoryStream();
        try
        {
            await stream.CopyToAsync(all).WaitAsync(within ?? TimeSpan.FromSeconds(120));
        }
        catch (IOException)
        {
            // Reset: the end too.
        }

        return Encoding.Latin1.GetString(all.ToArray());
    }
}
