using System.Buffers;
using Lutra.Protocol;
using Lutra.Server.Rest.Replies;
using Lutra.Server.Rest.Requests;
using Microsoft.AspNetCore.Http;

namespace Lutra.Server.Rest.Keys;

/// <summary><c>GET /key/{key}?consistency=&amp;revision=</c>: one key as JSON, or as its bytes where the client accepts those.</summary>
internal static class KeyRead
{
    private static readonly string[] Parameters = ["key", "key_base64", "consistency", "revision"];

    public static async Task HandleAsync(RestCall call)
    {
        var query = QueryValues.Parse(call.Target.Query, Parameters);
        var precondition = Precondition.Read(call.Http.Request.Headers);
        var range = new RangeOperation(KeyRange.Single(call.Key(query)), Revision: new Revision(query.Number("revision")));
        var found = await call.Node.RangeAsync(range, query.Consistency(), call.Aborted);

        call.SetRevision(found.Revision);
        if (found.KeyValues.IsEmpty)
        {
            ProblemWriter.Write(call.Http, Problem.KeyNotFound);
            return;
        }

        var entry = found.KeyValues[0];
        var revision = entry.ModRevision.Value;
        call.SetEntityTag(entry.ModRevision);
        if (precondition.Match is > 0 and var match && match != revision)
            ProblemWriter.Write(call.Http, Problem.CompareFailed(revision));
        else if (precondition.NoneMatch is { } none && (none == 0 || none == revision))
            call.Http.Response.StatusCode = StatusCodes.Status304NotModified;
        else if (WantsBytes(call.Http.Request))
            SendBytes(call.Http.Response, entry.Value.Span);
        else
            SendJson(call, entry);
    }

    private static bool WantsBytes(HttpRequest request)
    {
        string? accept = request.Headers.Accept;
        return accept is not null && accept.Contains(MediaTypes.Bytes, StringComparison.OrdinalIgnoreCase)
            && !accept.Contains(MediaTypes.Json, StringComparison.OrdinalIgnoreCase);
    }

    private static void SendBytes(HttpResponse response, ReadOnlySpan<byte> value)
    {
        response.ContentType = MediaTypes.Bytes;
        response.ContentLength = value.Length;
        response.BodyWriter.Write(value);
    }

    private static void SendJson(RestCall call, KeyValue entry)
    {
        var buffer = call.Face.Buffers.Get();
        try
        {
            entry.ToBody().Write(buffer.Writer);
            buffer.Send(call.Http.Response, MediaTypes.Json);
        }
        finally
        {
            call.Face.Buffers.Return(buffer);
        }
    }
}
