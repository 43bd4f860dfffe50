using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Google.Protobuf;
using Lutra.Protocol;
using Lutra.Tls;

namespace Lutra.Client.Grpc;

/// <summary>One server that speaks gRPC: HTTP/2, in the clear or with TLS. From any thread.</summary>
public sealed class GrpcChannel : IDisposable
{
    private static readonly MediaTypeHeaderValue MediaType = new("application/grpc");

    private readonly HttpMessageInvoker http;
    private readonly string address;
    private readonly bool ownsHttp;
    private readonly bool asksInOurWords;
    private readonly Func<string?>? token;
    private int ours;

    /// <summary>A channel with a connection of its own, which speaks nothing but plain gRPC.</summary>
    /// <param name="token">Says, for each call anew, the token that proves who calls; null, or said so: nobody in particular.</param>
    /// <exception cref="TlsException">A certificate's file cannot be used.</exception>
    public GrpcChannel(Uri endpoint, ClientTlsOptions? tls = null, Func<string?>? token = null)
        : this(new HttpMessageInvoker(Connecting.Handler(tls)), endpoint, asksInOurWords: false, token) => ownsHttp = true;

    /// <param name="asksInOurWords">Ask for what servers of ours say beyond etcd's API.</param>
    internal GrpcChannel(HttpMessageInvoker http, Uri endpoint, bool asksInOurWords, Func<string?>? token = null)
    {
        this.http = http;
        this.token = token;
        this.asksInOurWords = asksInOurWords;
        address = endpoint.ToString().TrimEnd('/');
    }

    /// <summary>Whether the server is one of ours, as far as it was asked; null: nothing was answered yet.</summary>
    internal bool? IsOurs => Volatile.Read(ref ours) switch
    {
        0 => null,
        var known => known > 0,
    };

    /// <summary>Calls a method that takes one message and answers with one. Throws <see cref="GrpcException"/> where it does not.</summary>
    /// <param name="method">Such as "etcdserverpb.KV/Put".</param>
    public ValueTask<TReply> CallAsync<TReply>(string method, IMessage request, MessageParser<TReply> parser, CancellationToken cancellationToken)
        where TReply : class, IMessage<TReply> => CallAsync(method, request, parser, default, cancellationToken);

    /// <param name="metadata">Sent beside the message; default: nothing.</param>
    internal async ValueTask<TReply> CallAsync<TReply>(
        string method, IMessage request, MessageParser<TReply> parser, GrpcMetadata metadata, CancellationToken cancellationToken)
        where TReply : class, IMessage<TReply>
    {
        using var content = new ByteArrayContent(GrpcFrames.Of(request));
        using var response = await SendAsync(method, content, metadata, cancellationToken);
        try
        {
            using var frames = new GrpcFrameReader(await response.Content.ReadAsStreamAsync(cancellationToken));
            var reply = await frames.ReadAsync(parser, cancellationToken);

            // The trailers come behind the last byte.
            if (reply is not null && await frames.ReadAsync(parser, cancellationToken) is not null)
                throw new GrpcException(GrpcException.Unavailable, "The server answered with more than one message.");
            GrpcStatus.Check(response);
            return reply ?? throw new GrpcException(GrpcException.Unavailable, "The server answered without a message.");
        }
        catch (Exception broken) when (IsBroken(broken, cancellationToken))
        {
            throw Broken(broken);
        }
    }

    /// <summary>Opens a call with messages both ways.</summary>
    public GrpcStream<TReply> Open<TReply>(string method, MessageParser<TReply> parser, CancellationToken cancellationToken)
        where TReply : class, IMessage<TReply> => Open(method, parser, default, cancellationToken);

    internal GrpcStream<TReply> Open<TReply>(string method, MessageParser<TReply> parser, GrpcMetadata metadata, CancellationToken cancellationToken)
        where TReply : class, IMessage<TReply>
    {
        var outgoing = new MessageContent();
        return new GrpcStream<TReply>(outgoing, SendAsync(method, outgoing, metadata, cancellationToken), parser);
    }

    public void Dispose()
    {
        if (ownsHttp)
            http.Dispose();
    }

    /// <summary>
    /// Whether the connection failed under a call. Where it fails while a call's messages are still going out, their sending is cancelled, and the call with it, though
    /// nobody who called wanted that.
    /// </summary>
    /// <param name="wanted">Cancelled where the caller wants no answer any more.</param>
    internal static bool IsBroken(Exception failure, CancellationToken wanted) =>
        failure is HttpRequestException or IOException || (failure is OperationCanceledException && !wanted.IsCancellationRequested);

    internal static GrpcException Broken(Exception cause) => new(GrpcException.Unavailable, $"The connection broke: {cause.GetBaseException().Message}", cause);

    private async Task<HttpResponseMessage> SendAsync(string method, HttpContent content, GrpcMetadata metadata, CancellationToken cancellationToken)
    {
        content.Headers.ContentType = MediaType;
        using var request = new HttpRequestMessage(HttpMethod.Post, new StringBuilder(address).Append('/').Append(method).ToString())
        {
            Content = content,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        if (asksInOurWords)
            request.Headers.TryAddWithoutValidation(LutraHeaders.GrpcClient, "1");
        if (token?.Invoke() is { } proof)
            request.Headers.TryAddWithoutValidation("token", proof);
        if (metadata.Name is { } name)
            request.Headers.TryAddWithoutValidation(name, metadata.Value);
        try
        {
            // Gives back the answer as soon as its headers are there, which an HttpClient would not.
            var response = await http.SendAsync(request, cancellationToken);
            if (asksInOurWords)
                Volatile.Write(ref ours, GrpcStatus.IsOurs(response) ? 1 : -1);
            await HttpAnswer.RefuseAsync(response, cancellationToken);
            return response;
        }
        catch (HttpRequestException failure) when (Connecting.IsBeforeSending(failure))
        {
            throw new GrpcException(GrpcException.Unavailable, $"It cannot be reached: {Connecting.WhyNot(failure)}", failure) { IsBeforeSending = true };
        }
        catch (HttpRequestException other) when (IsOtherProtocol(other))
        {
            throw new GrpcException(GrpcException.Unavailable, "What answers does not speak HTTP/2 in the clear; if it speaks TLS, use https://", other);
        }
        catch (Exception broken) when (IsBroken(broken, cancellationToken))
        {
            throw Broken(broken);
        }
    }

    private bool IsOtherProtocol(HttpRequestException failure) =>
        failure.HttpRequestError is HttpRequestError.HttpProtocolError or HttpRequestError.InvalidResponse && address.StartsWith("http://", StringComparison.Ordinal);
}
