using System.Text;
using System.Text.Json;
using Lutra.Protocol;
using Lutra.Server.Rest.Requests;

namespace Lutra.Server.Rest.Kv;

/// <summary>
/// <c>GET /kv/all?prefix=&amp;after=&amp;limit=</c>: one flat object of keys and values, all of one revision, read page by page. What is no text has no place in such
/// an object and is left out; <c>/keys</c> has it.
/// </summary>
internal static class KvAll
{
    private const int PageKeys = 1000;

    public static async Task HandleAsync(RestCall call)
    {
        call.RequireNothingBelow();
        var query = QueryValues.Parse(call.Target.Query, ["prefix", "after", "limit", "consistency"]);
        var range = query.Text("prefix") is { } prefix ? KeyRange.Prefix(Encoding.UTF8.GetBytes(prefix)) : KeyRange.All;
        if (query.Text("after") is { } after && Encoding.UTF8.GetBytes(after) is var behind && range.From.Span.SequenceCompareTo(behind) <= 0)
            range = range with { From = (byte[])[.. behind, 0] };
        RestCall.CheckKeySize(range.From.Length - 1);
        var left = query.Number("limit") is > 0 and var limit ? limit : long.MaxValue;
        var page = await call.Node.RangeAsync(new RangeOperation(range, Math.Min(PageKeys, left)), query.Consistency(), call.Aborted);
        var revision = page.Revision;
        call.SetRevision(revision);

        var response = call.Http.Response;
        response.ContentType = MediaTypes.Json;
        await using var writer = new Utf8JsonWriter(response.BodyWriter, LutraJson.WriterOptions);
        writer.WriteStartObject();
        while (true)
        {
            foreach (var entry in page.KeyValues)
            {
                if (BytesJson.IsText(entry.Key.Span) && BytesJson.IsText(entry.Value.Span))
                    writer.WriteString(entry.Key.Span, entry.Value.Span);
            }

            left -= page.KeyValues.Length;
            if (!page.More || left <= 0)
                break;
            writer.Flush();
            await response.BodyWriter.FlushAsync(call.Aborted);
            range = range with { From = (byte[])[.. page.KeyValues[^1].Key.Span, 0] };
            page = await call.Node.RangeAsync(
                new RangeOperation(range, Math.Min(PageKeys, left), revision), new ReadOptions(Consistency.Local), call.Aborted);
        }

        writer.WriteEndObject();
    }
}
