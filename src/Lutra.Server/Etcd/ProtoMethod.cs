using Google.Protobuf;
using Lutra.Server.Etcd.Grpc;

namespace Lutra.Server.Etcd;

/// <summary>Methods that are not hot take and give the messages of our .proto files.</summary>
internal static class ProtoMethod
{
    public static SingleRequestMethod Single<TRequest>(
        string path, CallerNeed need, MessageParser<TRequest> parser, Func<EtcdCall, TRequest, ValueTask<IMessage>> handle)
        where TRequest : IMessage<TRequest> => new(path, async (call, request) => call.Send(await handle(call, Parse(parser, request)))) { Need = need };

    /// <summary>One message in, and as many out as the method sends.</summary>
    public static SingleRequestMethod Many<TRequest>(string path, CallerNeed need, MessageParser<TRequest> parser, Func<EtcdCall, TRequest, Task> handle)
        where TRequest : IMessage<TRequest> => new(path, async (call, request) => await handle(call, Parse(parser, request))) { Need = need, GoesOn = true };

    public static TRequest Parse<TRequest>(MessageParser<TRequest> parser, ReadOnlyMemory<byte> message)
        where TRequest : IMessage<TRequest>
    {
        try
        {
            return parser.ParseFrom(message.Span);
        }
        catch (InvalidProtocolBufferException malformed)
        {
            throw Malformed.Request(malformed.Message);
        }
        catch (IndexOutOfRangeException)
        {
            // What Google.Protobuf says of a message within a message that announces two gigabytes.
            throw Malformed.Request("unexpected EOF");
        }
    }
}
