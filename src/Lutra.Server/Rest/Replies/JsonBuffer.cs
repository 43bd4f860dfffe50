using System.Buffers;
using System.Text.Json;
using Lutra.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.ObjectPool;

namespace Lutra.Server.Rest.Replies;

/// <summary>A JSON body in the making. Built before the answer starts, so that its length is known and a failure can still become a problem.</summary>
internal sealed class JsonBuffer
{
    private const int RetainedBytesMax = 64 * 1024;
    private readonly ArrayBufferWriter<byte> bytes = new(512);

    private JsonBuffer() => Writer = new Utf8JsonWriter(bytes, LutraJson.WriterOptions);

    public Utf8JsonWriter Writer { get; }

    public static ObjectPool<JsonBuffer> CreatePool() => new DefaultObjectPool<JsonBuffer>(new PoolPolicy());

    /// <summary>Hands the body to the response, which sends it when the request ends.</summary>
    public void Send(HttpResponse response, string contentType)
    {
        Writer.Flush();
        response.ContentType = contentType;
        response.ContentLength = bytes.WrittenCount;
        response.BodyWriter.Write(bytes.WrittenSpan);
    }

    private sealed class PoolPolicy : IPooledObjectPolicy<JsonBuffer>
    {
        public JsonBuffer Create() => new();

        public bool Return(JsonBuffer buffer)
        {
            if (buffer.bytes.Capacity > RetainedBytesMax)
                return false;
            buffer.bytes.ResetWrittenCount();
            buffer.Writer.Reset();
            return true;
        }
    }
}
