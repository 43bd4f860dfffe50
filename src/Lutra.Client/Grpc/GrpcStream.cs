using Google.Protobuf;

namespace Lutra.Client.Grpc;

/// <summary>A call with messages both ways. One reader and one writer at a time.</summary>
public sealed class GrpcStream<TReply> : IAsyncDisposable
    where TReply : class, IMessage<TReply>
{
    private readonly MessageContent outgoing;
    private readonly Task<HttpResponseMessage> answered;
    private readonly MessageParser<TReply> parser;
    private GrpcFrameReader? reader;

    internal GrpcStream(MessageContent outgoing, Task<HttpResponseMessage> answered, MessageParser<TReply> parser) =>
        (this.outgoing, this.answered, this.parser) = (outgoing, answered, parser);

    public ValueTask SendAsync(IMessage message, CancellationToken cancellationToken) => outgoing.SendAsync(message, cancellationToken);

    /// <summary>Nothing more is asked; answers go on.</summary>
    public void Complete() => outgoing.Complete();

    /// <summary>The next message; null where the server ended the call with OK. Throws <see cref="GrpcException"/> where it ended otherwise.</summary>
    public async ValueTask<TReply?> ReadAsync(CancellationToken cancellationToken)
    {
        HttpResponseMessage response;
        try
        {
            response = await answered.WaitAsync(cancellationToken);
            reader ??= new GrpcFrameReader(await response.Content.ReadAsStreamAsync(cancellationToken));
            if (await reader.ReadAsync(parser, cancellationToken) is { } message)
                return message;
        }
        catch (Exception broken) when (GrpcChannel.IsBroken(broken, cancellationToken))
        {
            throw GrpcChannel.Broken(broken);
        }

        GrpcStatus.Check(response);
        return null;
    }

    /// <summary>Ends the call.</summary>
    public async ValueTask DisposeAsync()
    {
        outgoing.Complete();
        reader?.Dispose();
        if (answered.IsCompletedSuccessfully)
            (await answered).Dispose();
        outgoing.Dispose();
    }
}
