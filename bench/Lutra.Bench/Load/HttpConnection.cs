using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Lutra.Bench.Load;

/// <summary>
/// One connection, one request at a time on it, over a bare socket: costs the machine as little as can be, so that what is measured is the server. Knows just enough
/// of HTTP/1.1 to find the end of an answer.
/// </summary>
internal sealed class HttpConnection : IDisposable
{
    private readonly Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] buffer = new byte[16 * 1024];

    public static async Task<HttpConnection> OpenAsync(int port)
    {
        var connection = new HttpConnection();
        await connection.socket.ConnectAsync("localhost", port);
        return connection;
    }

    public static HttpConnection Open(int port)
    {
        var connection = new HttpConnection();
        connection.socket.Connect("localhost", port);
        return connection;
    }

    public async Task<HttpAnswer> SendAsync(string method, string target, ReadOnlyMemory<byte> body, string contentType = "application/octet-stream")
    {
        await socket.SendAsync(Request(method, target, body, contentType));
        return await ReadAsync();
    }

    /// <summary>On the caller's own thread, so that nothing else that this process has to do can come in between and be taken for the server's slowness.</summary>
    public HttpAnswer Send(string method, string target, ReadOnlyMemory<byte> body, string contentType = "application/octet-stream")
    {
        socket.Send(Request(method, target, body, contentType));
        for (var have = 0; ;)
        {
            have += socket.Receive(buffer.AsSpan(have)) is > 0 and var read ? read : throw new IOException("The server closed the connection.");
            if (Find(buffer.AsSpan(0, have)) is { } answer)
                return answer;
        }
    }

    /// <summary>Throws where the answer is no 200.</summary>
    public async Task<HttpAnswer> MustAsync(string method, string target, ReadOnlyMemory<byte> body = default, string contentType = "application/octet-stream")
    {
        var answer = await SendAsync(method, target, body, contentType);
        return answer.Status == 200 ? answer : throw new InvalidOperationException($"{method} {target}: {answer.Status} {answer.Body}");
    }

    public void Dispose() => socket.Dispose();

    private static ArraySegment<byte>[] Request(string method, string target, ReadOnlyMemory<byte> body, string contentType)
    {
        var head = Encoding.ASCII.GetBytes(
            $"{method} {target} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {contentType}\r\nContent-Length: {body.Length}\r\n\r\n");
        return [new(head), new(body.ToArray())];
    }

    private async Task<HttpAnswer> ReadAsync()
    {
        var have = 0;
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(have));
            if (read == 0)
                throw new IOException("The server closed the connection.");
            have += read;
            if (Find(buffer.AsSpan(0, have)) is { } answer)
                return answer;
        }
    }

    private static HttpAnswer? Find(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return null;
        var head = Encoding.ASCII.GetString(bytes[..end]);
        var body = bytes[(end + 4)..];
        var status = int.Parse(head.AsSpan("HTTP/1.1 ".Length, 3), CultureInfo.InvariantCulture);
        var length = head.IndexOf("Content-Length:", StringComparison.OrdinalIgnoreCase);
        if (length >= 0)
        {
            var size = int.Parse(head[(length + "Content-Length:".Length)..].Split('\r')[0], CultureInfo.InvariantCulture);
            return body.Length >= size ? new HttpAnswer(status, Encoding.UTF8.GetString(body)) : null;
        }

        // Chunked: these answers are small and end with the empty chunk.
        return body.EndsWith("0\r\n\r\n"u8) ? new HttpAnswer(status, Encoding.UTF8.GetString(body)) : null;
    }
}

/// <param name="Body">With the marks of chunks, where it came in such.</param>
internal sealed record HttpAnswer(int Status, string Body)
{
    /// <summary>The whole number that follows <paramref name="name"/> in a JSON body.</summary>
    public long Number(string name)
    {
        var at = Body.IndexOf($"\"{name}\":", StringComparison.Ordinal) + name.Length + 3;
        var end = at;
        while (end < Body.Length && char.IsAsciiDigit(Body[end]))
            end++;
        return long.Parse(Body.AsSpan(at, end - at), CultureInfo.InvariantCulture);
    }
}
