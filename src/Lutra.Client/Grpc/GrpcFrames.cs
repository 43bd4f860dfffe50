using System.Buffers.Binary;
using Google.Protobuf;

namespace Lutra.Client.Grpc;

/// <summary>Messages as gRPC frames them: a byte that says whether it is compressed, a length of four bytes, the message.</summary>
internal static class GrpcFrames
{
    public const int PrefixBytes = 5;

    public static byte[] Of(IMessage message)
    {
        var size = message.CalculateSize();
        var frame = new byte[PrefixBytes + size];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), size);
        message.WriteTo(frame.AsSpan(PrefixBytes));
        return frame;
    }
}
