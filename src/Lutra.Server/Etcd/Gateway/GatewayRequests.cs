using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Google.Protobuf.Reflection;
using Lutra.Server.Etcd.Grpc;

namespace Lutra.Server.Etcd.Gateway;

/// <summary>JSON objects out of a request's body, one after another as they come.</summary>
/// <param name="sizeBytesMax">Of one of them, checked while it is read.</param>
internal sealed class GatewayRequests(PipeReader body, MessageDescriptor shape, int sizeBytesMax) : MessageReader
{
    // How far the object that comes was looked at, so that one that comes in many pieces is not looked at as many times.
    private JsonReaderState seen;
    private long seenBytes;

    public override async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await body.ReadAsync(cancellationToken);
            if (TryCut(read, out var json, out var end))
            {
                body.AdvanceTo(end);
                Message = GatewayJson.Parse(shape, json);
                return true;
            }

            var sizeBytes = read.Buffer.Length;
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted)
                return false;
            Check(sizeBytes);
        }
    }

    /// <summary>The whole body as the one message of a call; an empty one is an empty message.</summary>
    public async ValueTask ReadOnlyMessageAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await body.ReadAsync(cancellationToken);
            var sizeBytes = read.Buffer.Length;
            if (read.IsCompleted && sizeBytes <= sizeBytesMax)
            {
                var json = Encoding.UTF8.GetString(read.Buffer);
                body.AdvanceTo(read.Buffer.End);
                Message = GatewayJson.Parse(shape, json);
                return;
            }

            // Given back before anything is refused: the host reads what is left of a refused body, so that the connection can go on.
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            Check(sizeBytes);
        }
    }

    private void Check(long sizeBytes)
    {
        if (sizeBytes > sizeBytesMax)
            throw GrpcRequestPipe.TooLarge(sizeBytes, sizeBytesMax);
    }

    private bool TryCut(in ReadResult read, out string json, out SequencePosition end)
    {
        var buffer = read.Buffer;
        (json, end) = ("", default);
        if (seenBytes == 0 && IsBlank(buffer))
            return false;
        try
        {
            if (!HasWhole(buffer.Slice(seenBytes), read.IsCompleted))
                return false;
        }
        catch (JsonException malformed)
        {
            body.AdvanceTo(buffer.End);
            throw new GrpcException(GrpcStatusCode.InvalidArgument, $"the body is no JSON: {malformed.Message}");
        }

        end = buffer.GetPosition(seenBytes);
        json = Encoding.UTF8.GetString(buffer.Slice(0, end));
        (seen, seenBytes) = (default, 0);
        return true;
    }

    /// <summary>Whether the value ends in what is new; then, and else, all that was looked at is seen.</summary>
    private bool HasWhole(in ReadOnlySequence<byte> unseen, bool isLast)
    {
        var reader = new Utf8JsonReader(unseen, isLast, seen);
        var ends = false;
        while (!ends && reader.Read())
            ends = reader.CurrentDepth == 0 && reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray);
        seenBytes += reader.BytesConsumed;
        seen = reader.CurrentState;
        return ends;
    }

    private static bool IsBlank(in ReadOnlySequence<byte> buffer)
    {
        foreach (var piece in buffer)
        {
            if (piece.Span.ContainsAnyExcept(" \t\r\n"u8))
                return false;
        }

        return true;
    }
}
