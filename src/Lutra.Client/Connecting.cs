using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Lutra.Tls;

namespace Lutra.Client;

/// <summary>How connections are made, whatever is spoken over them.</summary>
internal static class Connecting
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    // A server or a network that is gone without a word is missed after the two together. No more often than etcd's servers put up with.
    private static readonly TimeSpan PingAfter = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PongWithin = TimeSpan.FromSeconds(5);

    /// <param name="tls">How to speak to servers at https://; null: as the machine does.</param>
    /// <exception cref="TlsException">A certificate's file cannot be used.</exception>
    public static SocketsHttpHandler Handler(ClientTlsOptions? tls)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectCallback = ConnectAsync,

            // Idempotency keys may hold any characters.
            RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
            KeepAlivePingDelay = PingAfter,
            KeepAlivePingTimeout = PongWithin,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        };
        if (tls is not null)
            handler.SslOptions = tls.Load();
        return handler;
    }

    /// <summary>Whether it is certain that nothing of the request went out.</summary>
    public static bool IsBeforeSending(HttpRequestException failure) => failure.HttpRequestError
        is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError or HttpRequestError.VersionNegotiationError;

    /// <summary>Why there was no connection, without a full stop.</summary>
    public static string WhyNot(HttpRequestException failure)
    {
        var why = failure.GetBaseException().Message.TrimEnd('.');
        return failure switch
        {
            { HttpRequestError: not HttpRequestError.SecureConnectionError } => why,
            { InnerException: AuthenticationException } when why.Contains("certificate", StringComparison.Ordinal) => $"{why} (which CA to believe is said with --cacert)",
            _ => $"it did not answer as TLS does; is it https:// there? ({why})",
        };
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
