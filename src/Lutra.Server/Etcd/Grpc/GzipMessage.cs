using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Pipelines;

namespace Lutra.Server.Etcd.Grpc;

/// <summary>A message that came compressed. What it unpacks to is bounded while it is unpacked: a small one may hold gigabytes.</summary>
internal static class GzipMessage
{
    private const int PieceBytes = 16 * 1024;

    // Head, an empty block, and the sum of nothing (RFC 1952): no gzip is shorter.
    private const int GzipBytesMin = 20;

    /// <returns>A rented array, which is the caller's to give back, and how much of it is the message.</returns>
    public static (byte[] Rented, int Length) Decompress(in ReadOnlySequence<byte> compressed, int sizeBytesMax)
    {
        if (compressed.Length < GzipBytesMin)
            throw NotGzip();
        var message = ArrayPool<byte>.Shared.Rent(PieceBytes);
        var length = 0;
        try
        {
            using var gzip = new GZipStream(PipeReader.Create(compressed).AsStream(), CompressionMode.Decompress);
            while (gzip.Read(message.AsSpan(length)) is > 0 and var count)
            {
                length += count;
                if (length > sizeBytesMax)
                    throw GrpcRequestPipe.TooLarge(length, sizeBytesMax);
                if (length == message.Length)
                    message = Larger(message);
            }

            // One that is cut off unpacks as far as it goes: its last four bytes say how long it was.
            return length == AnnouncedBytes(compressed) ? (message, length) : throw new InvalidDataException();
        }
        catch (Exception broken)
        {
            ArrayPool<byte>.Shared.Return(message);
            if (broken is InvalidDataException)
                throw NotGzip();
            throw;
        }
    }

    private static int AnnouncedBytes(in ReadOnlySequence<byte> compressed)
    {
        Span<byte> announced = stackalloc byte[sizeof(int)];
        compressed.Slice(compressed.Length - sizeof(int)).CopyTo(announced);
        return BinaryPrimitives.ReadInt32LittleEndian(announced);
    }

    private static byte[] Larger(byte[] full)
    {
        var larger = ArrayPool<byte>.Shared.Rent(full.Length * 2);
        full.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(full);
        return larger;
    }

    private static GrpcException NotGzip() => new(GrpcStatusCode.Internal, "grpc: failed to decompress the received message: it is not gzip");
}
