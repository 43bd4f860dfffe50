using System.Buffers;
using System.IO.Compression;

namespace Lutra.Server.Etcd.Grpc;

/// <summary>A message that came compressed. What it unpacks to is bounded while it is unpacked: a small one may hold gigabytes.</summary>
internal static class GzipMessage
{
    private const int PieceBytes = 16 * 1024;

    public static ReadOnlyMemory<byte> Decompress(in ReadOnlySequence<byte> compressed, int sizeBytesMax)
    {
        var message = new ArrayBufferWriter<byte>();
        try
        {
            using var source = new MemoryStream(compressed.ToArray());
            using var gzip = new GZipStream(source, CompressionMode.Decompress);
            while (gzip.Read(message.GetSpan(PieceBytes)) is > 0 and var count)
            {
                message.Advance(count);
                if (message.WrittenCount > sizeBytesMax)
                    throw GrpcRequestPipe.TooLarge(message.WrittenCount, sizeBytesMax);
            }
        }
        catch (InvalidDataException)
        {
            throw new GrpcException(GrpcStatusCode.Internal, "grpc: failed to decompress the received message: it is not gzip");
        }

        return message.WrittenMemory;
    }
}
