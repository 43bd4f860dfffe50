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
    // A JSON text without line breaks, so that it fits into one data line.
    private readonly ArrayBufferWriter<byte> data = new();

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
        if (batch.Events.IsEmpty)
        {
            Write(WatchMessages.Progress, batch.Revision, new WatchReply(batch.Revision.Value, []));
        }
        else
        {
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
                Write(null, revision, new WatchReply(revision.Value, events));
                first = last;
            }
        }

        await call.Http.Response.BodyWriter.FlushAsync(cancellationToken);
    }

    public async Task EndAsync(Problem problem, CancellationToken cancellationToken)
    {
        data.Clear();
        using (var writer = new Utf8JsonWriter(data, LutraJson.WriterOptions))
            JsonSerializer.Serialize(writer, ProblemWriter.AsJson(problem), LutraJson.Lenient.ProblemBody);
        WriteMessage($"event: {WatchMessages.Error}\n");
        await call.Http.Response.BodyWriter.FlushAsync(cancellationToken);
    }

    private void Write(string? name, Revision revision, WatchReply reply)
    {
        data.Clear();
        using (var writer = new Utf8JsonWriter(data, LutraJson.WriterOptions))
            JsonSerializer.Serialize(writer, reply, LutraJson.Lenient.WatchReply);
        WriteMessage(string.Create(
            CultureInfo.InvariantCulture, $"{(name is null ? "" : $"event: {name}\n")}id: {revision.Value}\n"));
    }

    private void WriteMessage(string head)
    {
        var pipe = call.Http.Response.BodyWriter;
        Encoding.ASCII.GetBytes(head, pipe);
        pipe.Write("data: "u8);
        pipe.Write(data.WrittenSpan);
        pipe.Write("\n\n"u8);
    }

    private static WatchEventReply ToReply(WatchEvent change) => new(
        change.IsDelete ? WatchEventTypes.Delete : WatchEventTypes.Put, change.Current.ToBody(), change.Previous?.ToBody());
}
