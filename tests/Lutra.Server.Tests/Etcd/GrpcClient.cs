using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;

namespace Lutra.Server.Tests.Etcd;

/// <summary>gRPC by hand over HTTP/2 without TLS: what a client library would do, and what none would.</summary>
internal sealed class GrpcClient(string address) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false, EnableMultipleHttp2Connections = false })
    {
        BaseAddress = new Uri($"http://{address}"),
        Timeout = TimeSpan.FromMinutes(2),
    };

    public HttpClient Http => http;

    /// <summary>One message there and one back; the call must succeed.</summary>
    public async Task<TReply> CallAsync<TReply>(string path, IMessage request)
        where TReply : IMessage<TReply>, new()
    {
        var ended = await TryAsync(path, Frame(request.ToByteArray()));
        Assert.True(ended.Status == 0, $"{path}: {ended.Status} {ended.Message}");
        var reply = new TReply();
        reply.MergeFrom(ended.Replies.Single());
        return reply;
    }

    /// <summary>How a call ends that need not succeed.</summary>
    public Task<GrpcEnd> TryAsync(string path, IMessage request, params (string Name, string Value)[] headers) =>
        TryAsync(path, Frame(request.ToByteArray()), headers);

    public async Task<GrpcEnd> TryAsync(string path, byte[] body, params (string Name, string Value)[] headers)
    {
        using var content = new ByteArrayContent(body);
        using var response = await SendAsync(path, content, headers);
        var bytes = await response.Content.ReadAsByteArrayAsync();
        var replies = new List<byte[]>();
        for (var rest = bytes.AsSpan(); !rest.IsEmpty;)
        {
            Assert.Equal(0, rest[0]);
            var length = BinaryPrimitives.ReadInt32BigEndian(rest[1..]);
            replies.Add(rest.Slice(5, length).ToArray());
            rest = rest[(5 + length)..];
        }

        return GrpcEnd.Of(response, replies);
    }

    public async Task<GrpcStream> OpenAsync(string path, params (string Name, string Value)[] headers)
    {
        var content = new OpenContent();
        var response = await SendAsync(path, content, headers);
        return new GrpcStream(Task.FromResult(response), content);
    }

    /// <summary>Open before the server has said anything: etcd waits for the first message.</summary>
    public GrpcStream OpenAtOnce(string path, params (string Name, string Value)[] headers)
    {
        var content = new OpenContent();
        return new GrpcStream(SendAsync(path, content, headers), content);
    }

    /// <summary>One message there and many back.</summary>
    public async Task<GrpcStream> OpenAsync(string path, IMessage request)
    {
        var content = new OpenContent(Frame(request.ToByteArray()));
        var response = await SendAsync(path, content, []);
        return new GrpcStream(Task.FromResult(response), content);
    }

    public static byte[] Frame(byte[] message, bool isCompressed = false)
    {
        var frame = new byte[5 + message.Length];
        frame[0] = isCompressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }

    public void Dispose() => http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(string path, HttpContent content, (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Content = content;
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        foreach (var (name, value) in headers)
        {
            if (name == "content-type")
                content.Headers.ContentType = MediaTypeHeaderValue.Parse(value);
            else
                Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }

        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }
}

/// <summary>How a call ended, and what it answered before.</summary>
internal sealed record GrpcEnd(HttpStatusCode Http, int Status, string Message, IReadOnlyList<byte[]> Replies)
{
    public static GrpcEnd Of(HttpResponseMessage response, IReadOnlyList<byte[]> replies)
    {
        var headers = response.TrailingHeaders.Contains("grpc-status") ? response.TrailingHeaders : response.Headers;
        return new(
            response.StatusCode,
            headers.TryGetValues("grpc-status", out var status) ? int.Parse(status.Single()) : -1,
            headers.TryGetValues("grpc-message", out var message) ? Uri.UnescapeDataString(message.Single()) : "",
            replies);
    }
}
