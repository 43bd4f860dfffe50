using System.Net;
using Lutra.Client.Login;
using Lutra.Client.Rest;
using Lutra.Tls;

namespace Lutra.Client.Grpc;

/// <summary>
/// etcd's API over gRPC, to servers of Lutra and of etcd. One connection to each server carries all calls and watches. Where an address has a path, a face in
/// somebody's application is there, which speaks REST alone: it is spoken there.
/// </summary>
public sealed class GrpcTransport : IClientTransport
{
    private const int AnswerSizeBytesMax = 512 * 1024 * 1024;

    private readonly ClientTlsOptions? tls;
    private readonly Func<string?>? token;
    private readonly HttpMessageInvoker calls;
    private readonly HttpClient http;
    private readonly Lazy<RestTransport> plain;

    /// <param name="tls">How to speak to servers at https://; null: as the machine does.</param>
    /// <param name="token">Says, for each call of etcd's API anew, the token that proves who calls; null, or said so: nobody in particular.</param>
    /// <exception cref="TlsException">A certificate's file cannot be used.</exception>
    public GrpcTransport(ClientTlsOptions? tls = null, Func<string?>? token = null)
        : this(tls, token, null)
    {
    }

    /// <param name="session">Who logs in; null: nobody.</param>
    internal GrpcTransport(ClientTlsOptions? tls, Func<string?>? token, LoginSession? session)
    {
        this.tls = tls;
        this.token = token;
        HttpMessageHandler handler = Connecting.Handler(tls);
        if (session is not null)
            handler = new TokenHandler(handler, session, face: null);
        calls = new HttpMessageInvoker(handler);
        http = new HttpClient(new Http2Only(handler), disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = AnswerSizeBytesMax };
        plain = new Lazy<RestTransport>(() => new RestTransport(this.tls, session));
    }

    public ILutraClient Open(Uri endpoint)
    {
        if (endpoint.AbsolutePath != "/")
            return plain.Value.Open(endpoint);
        var server = new GrpcServer(new GrpcChannel(calls, endpoint, asksInOurWords: true, token), Endpoints.Name(endpoint));
        return new GrpcEndpoint(server, new RestEndpoint(http, endpoint));
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        calls.Dispose();
        if (plain.IsValueCreated)
            await plain.Value.DisposeAsync();
    }

    /// <summary>What is asked by REST goes over the connection that is there.</summary>
    private sealed class Http2Only(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Version = HttpVersion.Version20;
            request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
            return base.SendAsync(request, cancellationToken);
        }
    }
}
