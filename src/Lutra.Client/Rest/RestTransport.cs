using Lutra.Client.Login;
using Lutra.Tls;

namespace Lutra.Client.Rest;

/// <summary>REST over HTTP/1.1, with connections kept open between calls.</summary>
public sealed class RestTransport : IClientTransport
{
    // An answer that does not fit is cut off, and the call fails: a client must not be filled up by a server.
    private const int AnswerSizeBytesMax = 512 * 1024 * 1024;

    private readonly SocketsHttpHandler connections;
    private readonly LoginSession? session;

    /// <param name="tls">How to speak to servers at https://; null: as the machine does.</param>
    /// <exception cref="TlsException">A certificate's file cannot be used.</exception>
    public RestTransport(ClientTlsOptions? tls = null)
        : this(tls, null)
    {
    }

    /// <param name="session">Who logs in; null: nobody.</param>
    internal RestTransport(ClientTlsOptions? tls, LoginSession? session) => (connections, this.session) = (Connecting.Handler(tls), session);

    public ILutraClient Open(Uri endpoint)
    {
        HttpMessageHandler handler = session is null ? connections : new TokenHandler(connections, session, face: LoginSession.ServerOf(endpoint));
        var http = new HttpClient(handler, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = AnswerSizeBytesMax };
        return new RestEndpoint(http, endpoint);
    }

    public ValueTask DisposeAsync()
    {
        connections.Dispose();
        return ValueTask.CompletedTask;
    }
}
