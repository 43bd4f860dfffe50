using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Lutra.Client.Tests.Support;

/// <summary>A server made of bytes: for each request that comes, one answer of the list; an empty one closes the connection instead.</summary>
internal sealed class ScriptedSocket : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Queue<string> answers;
    private readonly Task serving;

    public ScriptedSocket(params string[] answers)
    {
        this.answers = new Queue<string>(answers);
        listener.Start();
        serving = ServeAsync();
    }

    /// <summary>The heads of the requests that came, in order.</summary>
    public List<string> Requests { get; } = [];

    public Uri Endpoint => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

    public static string Answer(string status, string body, string headers = "") =>
        $"HTTP/1.1 {status}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n{headers}\r\n{body}";

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        await serving;
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var socket = await listener.AcceptSocketAsync();
                await using var stream = new NetworkStream(socket);
                await ServeAsync(stream);
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(NetworkStream stream)
    {
        try
        {
            while (await ReadRequestAsync(stream) is { } request)
            {
                Requests.Add(request);
                if (!answers.TryDequeue(out var answer) || answer.Length == 0)
                    return;
                await stream.WriteAsync(Encoding.UTF8.GetBytes(answer));
            }
        }
        catch (IOException)
        {
            // The client hung up.
        }
    }

    private static async Task<string?> ReadRequestAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one) == 0)
                return null;
            head.Append((char)one[0]);
        }

        var length = head.ToString().Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Length: ", StringComparison.Ordinal));
        await stream.ReadExactlyAsync(new byte[length is null ? 0 : int.Parse(length["Content-Length: ".Length..])]);
        return head.ToString();
    }
}
