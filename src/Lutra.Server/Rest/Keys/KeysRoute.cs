using System.Text.Json;
using Lutra.Protocol;
using Lutra.Server.Rest.Requests;

namespace Lutra.Server.Rest.Keys;

/// <summary><c>GET /keys</c>: a page of keys in order, and where the next page begins.</summary>
internal static class KeysRoute
{
    // So much is written before the client must have taken some of it: a long page does not pile up in memory.
    private const int FlushBytes = 64 * 1024;

    private static readonly JsonEncodedText NextName = JsonEncodedText.Encode("next");
    private static readonly JsonEncodedText NextBase64Name = JsonEncodedText.Encode("next_base64");

    public static Task HandleAsync(RestCall call)
    {
        call.RequireNothingBelow();
        return call.Method is "GET" or "HEAD" ? ReadAsync(call) : call.RefuseVerb("GET, HEAD");
    }

    private static async Task ReadAsync(RestCall call)
    {
        var query = QueryValues.Parse(call.Target.Query, PageQuery.Parameters);
        var page = PageQuery.Read(query, call.Face.Options.PageKeysDefault);
        var found = await call.Node.RangeAsync(page, query.Consistency(), call.Aborted);
        call.SetRevision(found.Revision);

        var response = call.Http.Response;
        response.ContentType = MediaTypes.Json;
        var pipe = response.BodyWriter;
        await using var writer = new Utf8JsonWriter(pipe, LutraJson.WriterOptions);
        writer.WriteStartObject();
        writer.WriteNumber("revision", found.Revision.Value);
        writer.WriteNumber("count", found.Count);
        writer.WriteBoolean("more", found.More);
        writer.WriteStartArray("keys");
        var unflushedSince = 0L;
        foreach (var entry in found.KeyValues)
        {
            entry.ToBody().Write(writer);
            if (writer.BytesCommitted + writer.BytesPending - unflushedSince < FlushBytes)
                continue;
            writer.Flush();
            unflushedSince = writer.BytesCommitted;
            await pipe.FlushAsync(call.Aborted);
        }

        writer.WriteEndArray();
        if (found.More && page.Sort == SortTarget.Key && !found.KeyValues.IsEmpty)
            BytesJson.Write(writer, NextName, NextBase64Name, found.KeyValues[^1].Key.Span);
        writer.WriteEndObject();
    }
}
