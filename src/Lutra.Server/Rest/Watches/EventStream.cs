using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Lutra.Protocol;
using Lutra.Server.Rest.Keys;
using Lutra.Server.Rest.Replies;

namespace Lutra.Server.Rest.Watches;

/// <summary>Server-Sent Events (WHATWG HTML, section 9.2) into one response. A slow client makes the sender wait: nothing piles up here.</summary>
internal sealed class EventStream(RestCall call)
{
    public async Task BeginAsync(Revision revision)
    {
        var response = call.Http.Response;
        response.ContentType = MediaTypes.Events;
        response.Headers.CacheControl = "no-store";

        // Proxies such as nginx would hold messages back.
        response.Headers["X-Accel-Buffering"] = "no";
        call.SetRevision(revision);
        await response.StartAsync(call.Aborted);
    }

    public async Task SendAsync(WatchBatch batch, CancellationToken cancellationToken)
    {
        if (!call.Face.Batches.TryFind(batch, out var encoded))
        {
            encoded = Encode(batch);

            // Progress is each watch's own.
            if (!batch.Events.IsEmpty)
                call.Face.Batches.Add(batch, encoded);
        }

        await call.Http.Response.BodyWriter.WriteAsync(encoded, cancellationToken);
    }

    public async Task EndAsync(Problem problem, CancellationToken cancellationToken)
    {
        // A JSON text without line breaks, so that it fits into one data line.
        var (messages, data) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());
        using (var writer = new Utf8JsonWriter(data, LutraJson.WriterOptions))
            JsonSerializer.Serialize(writer, ProblemWriter.AsJson(problem, call.Http.Request.Scheme), LutraJson.Lenient.ProblemBody);
        WriteMessage(messages, $"event: {WatchMessages.Error}\n", data);
        await call.Http.Response.BodyWriter.WriteAsync(messages.WrittenMemory, cancellationToken);
    }

    // Buffers of its own each time: ten thousand watches that kept theirs would hold ten thousand times the longest message.
    private static ReadOnlyMemory<byte> Encode(WatchBatch batch)
    {
        var (messages, data) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());
        if (batch.Events.IsEmpty)
            Write(messages, data, WatchMessages.Progress, batch.Revision, new WatchReply(batch.Revision.Value, []));
        for (var first = 0; first < batch.Events.Length;)
        {
            // A message is one revision whole: whoever has its id needs nothing of it any more.
            var revision = batch.Events[first].Current.ModRevision;
            var last = first;
            while (last < batch.Events.Length && batch.Events[last].Current.ModRevision == revision)
                last++;
            var events = new WatchEventReply[last - first];
            for (var at = first; at < last; at++)
                events[at - first] = ToReply(batch.Events[at]);
            Write(messages, data, null, revision, new WatchReply(revision.Value, events));
            first = last;
        }

        return messages.WrittenMemory;
    }

    private static void Write(ArrayBufferWriter<byte> messages, ArrayBufferWriter<byte> data, string? name, Revision revision, WatchReply reply)
    {
        data.Clear();
        using (var writer = new Utf8JsonWriter(data, LutraJson.WriterOptions))
            JsonSerializer.Serialize(writer, reply, LutraJson.Lenient.WatchReply);
        WriteMessage(messages, string.Create(CultureInfo.InvariantCulture, $"{(name is null ? "" : $"event: {name}\n")}id: {revision.Value}\n"), data);
    }

    private static void WriteMessage(ArrayBufferWriter<byte> messages, string head, ArrayBufferWriter<byte> data)
    {
        Encoding.ASCII.GetBytes(head, messages);
        messages.Write("data: "u8);
        messages.Write(data.WrittenSpan);
        messages.Write("\n\n"u8);
    }

    private static WatchEventReply ToReply(WatchEvent change) => new(
        change.IsDelete ? WatchEventTypes.Delete : WatchEventTypes.Put, change.Current.ToBody(), change.Previous?.ToBody());
}
