using System.Buffers.Binary;
using Google.Protobuf;

namespace Lutra.Client.Grpc;

/// <summary>Messages as gRPC frames them: a byte that says whether it is compressed, a length of four bytes, the message.</summary>
internal static class GrpcFrames
{
    private const int PrefixBytes = 5;

    /// <summary>The largest message that is taken from a server.</summary>
    private const int MessageBytesMax = 512 * 1024 * 1024;

    public static byte[] Of(IMessage message)
    {
        var size = message.CalculateSize();
        var frame = new byte[PrefixBytes + size];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), size);
        message.WriteTo(frame.AsSpan(PrefixBytes));
        return frame;
    }

    /// <summary>The next message; null at the end of the stream. Throws <see cref="GrpcException"/> for what is no message.</summary>
    public static async ValueTask<T?> ReadAsync<T>(Stream stream, MessageParser<T> parser, CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        var prefix = new byte[PrefixBytes];
        var read = await stream.ReadAtLeastAsync(prefix, PrefixBytes, throwOnEndOfStream: false, cancellationToken);
        if (read == 0)
            return null;
        var length = BinaryPrimitives.ReadInt32BigEndian(prefix.AsSpan(1));
        if (read < PrefixBytes || prefix[0] != 0 || length is < 0 or > MessageBytesMax)
            throw new GrpcException(GrpcException.Unavailable, "The server sent what is no message of gRPC.");
        var body = new byte[length];
        await stream.ReadExactlyAsync(body, cancellationToken);
        try
        {
            return parser.ParseFrom(body);
        }
        catch (InvalidProtocolBufferException broken)
        {
            throw new GrpcException(GrpcException.Unavailable, "The server sent a message that cannot be read.", broken);
        }
    }
}
