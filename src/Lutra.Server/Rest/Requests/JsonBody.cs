using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Lutra.Protocol;
using Lutra.Server.Rest.Replies;

namespace Lutra.Server.Rest.Requests;

/// <summary>Reads a body that is one of the contracts.</summary>
internal static class JsonBody
{
    /// <summary>Parses the body and hands it to <paramref name="read"/>. Refuses other media types, foreign pages in a browser, and what does not fit the shape.</summary>
    public static async ValueTask<TResult> ReadAsync<TBody, TResult>(
        RestCall call, Func<TBody, RestCall, TResult> read, JsonTypeInfo<TBody> shape)
        where TBody : class
    {
        var contentType = call.Http.Request.ContentType;
        if (!RequestBody.IsCalledJson(contentType))
            throw new RefusedException(Problem.MediaType(contentType, MediaTypes.Json));
        CrossSite.Refuse(call.Http.Request);
        var body = await RequestBody.ReadAsync(call, RequestBody.JsonSizeBytesMax(call.Face.Options), (bytes, _) => Parse(bytes, shape));
        return read(body, call);
    }

    private static TBody Parse<TBody>(ReadOnlySequence<byte> bytes, JsonTypeInfo<TBody> shape)
        where TBody : class
    {
        try
        {
            var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = LutraJson.DepthMax });
            var body = JsonSerializer.Deserialize(ref reader, shape);
            if (reader.Read())
                throw new JsonException("There is something behind the object.");
            return body ?? throw new JsonException("The body is null.");
        }
        catch (JsonException broken)
        {
            throw new RefusedException(Problem.Malformed($"The body is not the JSON that this call takes. {JsonFault.Describe(broken)}"));
        }
    }
}
