using System.Buffers;
using System.Text.Json;
using Lutra.Protocol;
using Lutra.Server.Rest.Replies;

namespace Lutra.Server.Rest.Requests;

/// <summary>The value of a put: <c>{"value":"text"}</c>, <c>{"value_base64":"…"}</c>, or the bytes as they are.</summary>
internal static class ValueBody
{
    private const string Shape = "The body must be {\"value\":\"text\"} or {\"value_base64\":\"…\"}; raw bytes go with Content-Type: application/octet-stream.";

    public static ValueTask<byte[]> ReadAsync(RestCall call)
    {
        var contentType = call.Http.Request.ContentType;
        if (RequestBody.IsCalled(contentType, MediaTypes.Bytes))
            return RequestBody.ReadAsync(call, call.Face.Options.RequestSizeBytesMax, static (body, _) => body.ToArray());
        if (RequestBody.IsCalledJson(contentType))
            return RequestBody.ReadAsync(call, RequestBody.JsonSizeBytesMax(call.Face.Options), ParseJson);
        throw new RefusedException(Problem.MediaType(contentType, "application/json, or application/octet-stream for the value's bytes"));
    }

    private static byte[] ParseJson(ReadOnlySequence<byte> body, RestCall call)
    {
        byte[]? value;
        try
        {
            var reader = new Utf8JsonReader(body);
            value = Parse(ref reader);
        }
        catch (JsonException broken)
        {
            throw new RefusedException(Problem.Malformed($"{Shape} {broken.Message}"));
        }

        if (value is null)
            throw new RefusedException(Problem.Malformed(Shape));
        var limit = call.Face.Options.RequestSizeBytesMax;
        return value.Length <= limit
            ? value
            : throw new RefusedException(Problem.TooLarge("The value", value.Length, limit, "bytes", call.Face.Options.RequestSizeOption));
    }

    private static byte[]? Parse(ref Utf8JsonReader reader)
    {
        byte[]? value = null;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (value is not null)
                throw new JsonException("There is more in it than one value.");
            if (reader.ValueTextEquals("value"u8))
            {
                reader.Read();
                value = BytesJson.ReadText(ref reader);
            }
            else if (reader.ValueTextEquals("value_base64"u8))
            {
                reader.Read();
                value = BytesJson.ReadBase64(ref reader);
            }
            else
            {
                throw new JsonException("There is a member in it that a put does not know.");
            }
        }

        // Anything behind the object makes the reader throw.
        reader.Read();
        return value;
    }
}
