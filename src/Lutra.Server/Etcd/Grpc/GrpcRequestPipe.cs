using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;

namespace Lutra.Server.Etcd.Grpc;

/// <summary>
/// Messages out of a request's body: u8 whether compressed, u32 length, big-endian, the message (gRPC over HTTP/2, "Length-Prefixed-Message"). A message that lies
/// in one piece is handed out where it lies.
/// </summary>
/// <param name="encoding">What <c>grpc-encoding</c> says.</param>
/// <param name="messageSizeBytesMax">Of a message, compressed or not; checked before anything is allocated.</param>
internal sealed class GrpcRequestPipe(PipeReader body, GrpcEncoding encoding, int messageSizeBytesMax, MethodMeasures? measures) : MessageReader, IDisposable
{
    private const int PrefixBytes = 5;

    private SequencePosition? end;
    private byte[]? rented;

    public override async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        Release();
        while (true)
        {
            if (!body.TryRead(out var read))
                read = await body.ReadAsync(cancellationToken);
            if (TryTake(read.Buffer))
                return true;
            var isEmpty = read.Buffer.IsEmpty;
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted)
                return isEmpty ? false : throw Broken();
        }
    }

    /// <summary>The one message of a call, and the end of what the client has to say: a body that is left unread would have its stream reset.</summary>
    public async ValueTask ReadOnlyMessageAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (!body.TryRead(out var read))
                read = await body.ReadAsync(cancellationToken);

            // More than one message, or one that is too large, is not waited for.
            if (TryReadPrefix(read.Buffer, out var length, out _) && read.Buffer.Length > PrefixBytes + length)
                throw new GrpcException(GrpcStatusCode.Internal, "grpc: the call takes one message, and more came");
            if (read.IsCompleted)
            {
                if (!TryTake(read.Buffer))
                    throw Broken();
                return;
            }

            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    public void Dispose() => Release();

    private static GrpcException Broken() => new(GrpcStatusCode.Internal, "grpc: the body ends within a message");

    private bool TryTake(in ReadOnlySequence<byte> buffer)
    {
        if (!TryReadPrefix(buffer, out var length, out var isCompressed) || buffer.Length < PrefixBytes + length)
            return false;
        var message = buffer.Slice(PrefixBytes, length);
        end = message.End;
        measures?.Received(length);
        if (isCompressed)
        {
            (rented, length) = GzipMessage.Decompress(message, messageSizeBytesMax);
            Message = rented.AsMemory(0, length);
        }
        else if (message.IsSingleSegment)
            Message = message.First;
        else
        {
            rented = ArrayPool<byte>.Shared.Rent(length);
            message.CopyTo(rented);
            Message = rented.AsMemory(0, length);
        }

        return true;
    }

    private bool TryReadPrefix(in ReadOnlySequence<byte> buffer, out int length, out bool isCompressed)
    {
        (length, isCompressed) = (0, false);
        if (buffer.Length < PrefixBytes)
            return false;
        Span<byte> prefix = stackalloc byte[PrefixBytes];
        buffer.Slice(0, PrefixBytes).CopyTo(prefix);
        if (prefix[0] > 1)
            throw new GrpcException(GrpcStatusCode.Internal, $"grpc: a message begins with {prefix[0]}, which is neither 0 nor 1");
        isCompressed = prefix[0] == 1;
        if (isCompressed && encoding != GrpcEncoding.Gzip)
            throw new GrpcException(GrpcStatusCode.Internal, "grpc: compressed flag set with identity or empty encoding");
        var announced = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        if (announced > messageSizeBytesMax)
            throw TooLarge(announced, messageSizeBytesMax);
        length = (int)announced;
        return true;
    }

    public static GrpcException TooLarge(long sizeBytes, int limitBytes) =>
        new(GrpcStatusCode.ResourceExhausted, $"grpc: received message larger than max ({sizeBytes} vs. {limitBytes})");

    private void Release()
    {
        Message = default;
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
            rented = null;
        }

        if (end is { } taken)
        {
            end = null;
            body.AdvanceTo(taken);
        }
    }
}
