using System.Net;
using System.Threading.Channels;
using Google.Protobuf;

namespace Lutra.Client.Grpc;

/// <summary>The body of a call whose messages come one after the other. One that the server does not take waits, up to a bound; then whoever sends waits.</summary>
internal sealed class MessageContent : HttpContent
{
    private const int WaitingMax = 256;

    private readonly Channel<byte[]> waiting = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(WaitingMax) { SingleReader = true });

    public ValueTask SendAsync(IMessage message, CancellationToken cancellationToken) => waiting.Writer.WriteAsync(GrpcFrames.Of(message), cancellationToken);

    /// <summary>No more messages come.</summary>
    public void Complete() => waiting.Writer.TryComplete();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // The headers go out before the first message: a server may speak first.
        await stream.FlushAsync(cancellationToken);
        await foreach (var frame in waiting.Reader.ReadAllAsync(cancellationToken))
        {
            await stream.WriteAsync(frame, cancellationToken);
            if (!waiting.Reader.TryPeek(out _))
                await stream.FlushAsync(cancellationToken);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
