using System.Buffers;
using System.Text;
using Google.Protobuf.Reflection;
using Lutra.Server.Etcd.Grpc;
using Microsoft.AspNetCore.Http;

namespace Lutra.Server.Etcd.Gateway;

/// <summary>A method's messages as JSON: one is the whole body, of many each is a line of its own and sent at once.</summary>
internal sealed class GatewayReply(HttpResponse response, MessageDescriptor shape, bool isStream) : MessageWriter
{
    private readonly ArrayBufferWriter<byte> message = new();
    private bool hasMessage;

    public override IBufferWriter<byte> Begin(int sizeBytes)
    {
        WriteOut();
        hasMessage = true;
        return message;
    }

    public override async ValueTask<bool> FlushAsync(CancellationToken cancellationToken)
    {
        // The status is open until there is something to say.
        if (!hasMessage && !response.HasStarted)
            return true;
        WriteOut();
        return !(await response.BodyWriter.FlushAsync(cancellationToken)).IsCompleted;
    }

    /// <summary>The method has ended: its last message is whole.</summary>
    public void WriteOut()
    {
        if (!hasMessage)
            return;
        hasMessage = false;
        var json = GatewayJson.Format(shape, message.WrittenSpan);
        message.ResetWrittenCount();
        Encoding.UTF8.GetBytes(isStream ? $"{{\"result\":{json}}}\n" : json, response.BodyWriter);
    }
}
