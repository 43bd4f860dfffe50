using System.Net.Sockets;
using System.Text;
using Lutra.Tls;

namespace Lutra.Client.Rest;

/// <summary>REST over HTTP/1.1, with connections kept open between calls.</summary>
public sealed class RestTransport : IClientTransport
{
    // An answer that does not fit is cut off, and the call fails: a client must not be filled up by a server.
    private const int AnswerSizeBytesMax = 512 * 1024 * 1024;
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    private readonly HttpClient http;

    /// <param name="tls">How to speak to servers at https://; null: as the machine does.</param>
    /// <exception cref="TlsException">A certificate's file cannot be used.</exception>
    public RestTransport(ClientTlsOptions? tls = null)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectCallback = ConnectAsync,

            // Idempotency keys may hold any characters.
            RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
        };
        if (tls is not null)
            handler.SslOptions = tls.Load();
        http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = AnswerSizeBytesMax };
    }

    public ILutraClient Open(Uri endpoint) => new RestEndpoint(http, endpoint);

    public ValueTask DisposeAsync()
    {
        http.Dispose();
        return ValueTask.CompletedTask;
    }

    // A connection that cannot be made in time is an error of connecting, not a cancelled request: then it is certain that nothing was sent.
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(ConnectTimeout);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, limited.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            throw new IOException($"no connection within {ConnectTimeout.TotalSeconds} seconds");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
