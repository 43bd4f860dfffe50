using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Google.Protobuf;
using Lutra.Tls;

namespace Lutra.Client.Grpc;

/// <summary>One connection to a server that speaks gRPC: HTTP/2, in the clear or with TLS. From any thread.</summary>
public sealed class GrpcChannel : IDisposable
{
    internal static readonly MediaTypeHeaderValue MediaType = new("application/grpc");
    private readonly HttpClient http;
    private readonly string address;

    /// <exception cref="TlsException">A certificate's file cannot be used.</exception>
    public GrpcChannel(Uri endpoint, ClientTlsOptions? tls = null)
    {
        address = endpoint.ToString().TrimEnd('/');
        var handler = new SocketsHttpHandler { UseCookies = false, UseProxy = false, AllowAutoRedirect = false };
        if (tls is not null)
            handler.SslOptions = tls.Load();
        http = new HttpClient(handler)
        {
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    /// <summary>Calls a method that takes one message and answers with one. Throws <see cref="GrpcException"/> where it does not.</summary>
    /// <param name="method">Such as "etcdserverpb.KV/Put".</param>
    public async ValueTask<TReply> CallAsync<TReply>(string method, IMessage request, MessageParser<TReply> parser, CancellationToken cancellationToken)
        where TReply : class, IMessage<TReply>
    {
        using var content = new ByteArrayContent(GrpcFrames.Of(request));
        using var response = await SendAsync(method, content, cancellationToken);
        try
        {
            using var frames = new GrpcFrameReader(await response.Content.ReadAsStreamAsync(cancellationToken));
            var reply = await frames.ReadAsync(parser, cancellationToken);

            // The trailers come behind the last byte.
            if (reply is not null && await frames.ReadAsync(parser, cancellationToken) is not null)
                throw new GrpcException(GrpcException.Unavailable, "The server answered with more than one message.");
            CheckStatus(response);
            return reply ?? throw new GrpcException(GrpcException.Unavailable, "The server answered without a message.");
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            throw Broken(broken);
        }
    }

    /// <summary>Opens a call with messages both ways.</summary>
    public GrpcStream<TReply> Open<TReply>(string method, MessageParser<TReply> parser, CancellationToken cancellationToken)
        where TReply : class, IMessage<TReply>
    {
        var outgoing = new MessageContent();
        return new GrpcStream<TReply>(outgoing, SendAsync(method, outgoing, cancellationToken), parser);
    }

    public void Dispose() => http.Dispose();

    internal static void CheckStatus(HttpResponseMessage response)
    {
        var headers = response.TrailingHeaders.Contains("grpc-status") ? response.TrailingHeaders : (HttpHeaders)response.Headers;
        if (!headers.TryGetValues("grpc-status", out var values) || !int.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var status))
            throw new GrpcException(GrpcException.Unavailable, $"The server answered without a status of gRPC (HTTP {(int)response.StatusCode}).");
        if (status != 0)
            throw new GrpcException(status, headers.TryGetValues("grpc-message", out var texts) ? Uri.UnescapeDataString(texts.First()) : $"gRPC status {status}");
    }

    internal static GrpcException Broken(Exception cause) => new(GrpcException.Unavailable, $"The connection broke: {cause.GetBaseException().Message}", cause);

    private async Task<HttpResponseMessage> SendAsync(string method, HttpContent content, CancellationToken cancellationToken)
    {
        content.Headers.ContentType = MediaType;
        using var request = new HttpRequestMessage(HttpMethod.Post, new StringBuilder(address).Append('/').Append(method).ToString())
        {
            Content = content,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException broken)
        {
            throw Broken(broken);
        }
    }
}
