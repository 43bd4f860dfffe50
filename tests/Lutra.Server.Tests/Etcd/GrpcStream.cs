using System.Buffers.Binary;
using System.Net;
using Google.Protobuf;

namespace Lutra.Server.Tests.Etcd;

/// <summary>A call that goes on, both ways.</summary>
/// <param name="answered">Comes with the first reply, where the server waits for it.</param>
internal sealed class GrpcStream(Task<HttpResponseMessage> answered, OpenContent content) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private Stream? replies;

    public Task SendAsync(IMessage message) => SendBytesAsync(GrpcClient.Frame(message.ToByteArray()));

    public async Task SendBytesAsync(byte[] bytes)
    {
        await content.Stream.WriteAsync(bytes);

        // Else it lies in the client until something else is sent.
        await content.Stream.FlushAsync();
    }

    /// <summary>The client has no more to say.</summary>
    public void CloseSending() => content.Close();

    /// <summary>The next message; null where the call has ended.</summary>
    public async Task<TReply?> ReadAsync<TReply>()
        where TReply : class, IMessage<TReply>, new()
    {
        using var limit = new CancellationTokenSource(Patience);
        replies ??= await (await answered).Content.ReadAsStreamAsync(limit.Token);
        var prefix = new byte[5];
        if (await replies.ReadAtLeastAsync(prefix, 5, throwOnEndOfStream: false, limit.Token) < 5)
            return null;
        var message = new byte[BinaryPrimitives.ReadInt32BigEndian(prefix.AsSpan(1))];
        await replies.ReadExactlyAsync(message, limit.Token);
        var reply = new TReply();
        reply.MergeFrom(message);
        return reply;
    }

    /// <summary>How the call ended; everything it answered was read.</summary>
    public GrpcEnd End => GrpcEnd.Of(answered.Result, []);

    public void Dispose()
    {
        content.Close();
        if (answered.IsCompletedSuccessfully)
            answered.Result.Dispose();
    }
}

/// <summary>A request's body that is written as the test goes.</summary>
/// <param name="whole">All of it, where it is known from the beginning.</param>
internal sealed class OpenContent(byte[]? whole = null) : HttpContent
{
    private readonly TaskCompletionSource<Stream> opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Stream Stream => opened.Task.GetAwaiter().GetResult();

    public void Close() => closed.TrySetResult();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        if (whole is not null)
        {
            await stream.WriteAsync(whole);
            return;
        }

        // The headers go at once, whether or not anything follows.
        await stream.FlushAsync();
        opened.TrySetResult(stream);
        await closed.Task;
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
