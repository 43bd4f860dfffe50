using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Lutra.Server.Tests.Support;

/// <summary>HTTP/1.1 by hand: what no client library would send.</summary>
internal static class RawHttp
{
    /// <summary>Sends a request whose target goes over the wire as it is written here, and reads the answer to the connection's end.</summary>
    public static async Task<Answer> SendAsync(int port, string method, string target, string headers = "", byte[]? body = null)
    {
        using var socket = await DialAsync(port);
        await using var stream = new NetworkStream(socket);
        var head = $"{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {body?.Length ?? 0}\r\n{headers}\r\n";
        using var received = new MemoryStream();
        try
        {
            // At once: the server hangs up on a body that is long in coming, and a machine that stands still in between makes it so.
            await stream.WriteAsync((byte[])[.. Encoding.Latin1.GetBytes(head), .. body ?? []]);
            await stream.CopyToAsync(received).WaitAsync(TimeSpan.FromSeconds(120));
        }
        catch (IOException) when (body?.Length > 1024 * 1024)
        {
            // The server refused what it had not read to its end, and hung up.
            await stream.CopyToAsync(received).WaitAsync(TimeSpan.FromSeconds(120)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return Answer.Parse(received.ToArray());
    }

    public static async Task<Socket> DialAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return socket;
    }
}
