using System.Buffers;
using System.Buffers.Binary;
using Google.Protobuf;

namespace Lutra.Client.Grpc;

/// <summary>
/// Messages out of a response's body, as gRPC frames them: a byte that says whether it is compressed, a length of four bytes, the message. Reads as much at once as
/// the connection has, so that many small messages cost one read. For one reader at a time.
/// </summary>
internal sealed class GrpcFrameReader(Stream stream) : IDisposable
{
    private const int PrefixBytes = GrpcFrames.PrefixBytes;
    private const int BufferBytes = 16 * 1024;

    // The largest message that is taken from a server; and how much room is made at once for one whose bytes have not come yet.
    private const int MessageBytesMax = 512 * 1024 * 1024;
    private const int GrowthBytesMax = 1024 * 1024;

    private byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private int start;
    private int end;

    /// <summary>The next message; null at the end of the stream. Throws <see cref="GrpcException"/> for what is no message.</summary>
    public async ValueTask<T?> ReadAsync<T>(MessageParser<T> parser, CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        if (!await FillAsync(PrefixBytes, cancellationToken))
            return start == end ? null : throw Cut();
        var length = BinaryPrimitives.ReadInt32BigEndian(buffer.AsSpan(start + 1));
        if (buffer[start] != 0 || length is < 0 or > MessageBytesMax)
            throw new GrpcException(GrpcException.Unavailable, "The server sent what is no message of gRPC.");
        start += PrefixBytes;
        if (!await FillAsync(length, cancellationToken))
            throw Cut();
        try
        {
            return parser.ParseFrom(buffer.AsSpan(start, length));
        }
        catch (Exception broken) when (broken is InvalidProtocolBufferException or IndexOutOfRangeException)
        {
            // Out of range is what Google.Protobuf says of a message within a message that announces two gigabytes.
            throw new GrpcException(GrpcException.Unavailable, "The server sent a message that cannot be read.", broken);
        }
        finally
        {
            start += length;
            if (start == end)
                Rest();
        }
    }

    /// <summary>Nobody reads any more.</summary>
    public void Dispose()
    {
        if (buffer.Length == 0)
            return;
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
        (start, end) = (0, 0);
    }

    private static GrpcException Cut() => new(GrpcException.Unavailable, "The server's answer ends within a message.");

    // False where the stream ends before.
    private async ValueTask<bool> FillAsync(int wanted, CancellationToken cancellationToken)
    {
        while (end - start < wanted)
        {
            MakeRoom(wanted);
            var read = await stream.ReadAsync(buffer.AsMemory(end), cancellationToken);
            if (read == 0)
                return false;
            end += read;
        }

        return true;
    }

    private void MakeRoom(int wanted)
    {
        if (start + wanted <= buffer.Length)
            return;

        // No more than twice what came, and a little: a length alone must not make anyone set memory aside.
        var held = end - start;
        var size = Math.Min(wanted, (2 * held) + GrowthBytesMax);
        if (size > buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(size);
            buffer.AsSpan(start, held).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = larger;
        }
        else if (start > 0)
        {
            buffer.AsSpan(start, held).CopyTo(buffer);
        }

        (start, end) = (0, held);
    }

    // A watch may say nothing for hours: it need not hold the room of its longest message meanwhile.
    private void Rest()
    {
        (start, end) = (0, 0);
        if (buffer.Length <= 4 * BufferBytes)
            return;
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    }
}
